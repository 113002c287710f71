"""What a dashboard shows, and in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.metrics.boards import (
    MOST_CHARTS,
    Board,
    BoardError,
    as_content,
    first_board,
    read_board,
)


def board(*charts):
    found = Board()
    for chart in charts:
        found = found.plus("system", "web-1", chart)
    return found


def order(found):
    return [chart.chart for chart in found.charts]


@pytest.mark.parametrize(
    ("chart_id", "by", "expected"),
    [
        (1, 1, "bac"),
        (2, -1, "bac"),
        (3, -1, "acb"),
        (1, -1, "abc"),
        (3, 1, "abc"),
        (9, 1, "abc"),
    ],
)
def test_a_chart_moves_by_one_place_and_no_further_than_the_end(chart_id, by, expected):
    assert "".join(order(board("a", "b", "c").moved(chart_id, by))) == expected


def test_a_removed_chart_is_gone_and_its_number_is_not_given_again():
    found = board("a", "b").without(2)
    assert (order(found), found.chart(2)) == (["a"], None)
    assert found.without(2) == found
    assert [chart.id for chart in found.plus("system", "web-1", "c").charts] == [1, 3]


def test_the_same_chart_is_on_it_once_but_with_other_lines_again():
    found = board("a")
    with pytest.raises(BoardError, match="already"):
        found.plus("system", "web-1", "a")
    assert order(found.plus("system", "web-2", "a")) == ["a", "a"]
    assert order(found.plus("system", "web-1", "a", [7])) == ["a", "a"]


def test_it_holds_forty_charts():
    full = board(*map(str, range(MOST_CHARTS)))
    with pytest.raises(BoardError, match="at most 40"):
        full.plus("system", "web-1", "one more")


def test_an_unknown_range_is_refused():
    assert board().over("7d").range == "7d"
    with pytest.raises(BoardError, match="15m, 1h"):
        board().over("2h")


def test_what_was_written_is_read_again():
    found = board("a", "b").plus("application", "shop", "metric-orders", [4, 5]).over("24h")
    assert read_board(as_content(found)) == found


KEYS = st.sampled_from(["id", "kind", "source", "chart", "picked"])
CHART = st.dictionaries(KEYS, st.none() | st.text(max_size=3) | st.integers())


@given(st.lists(CHART, max_size=3))
def test_content_that_cannot_be_understood_is_left_out(charts):
    found = read_board({"charts": charts, "range": "never"})
    assert found.range == "1h"
    assert all(chart.id < found.next_id for chart in found.charts)


def test_a_first_board_has_the_usual_charts_that_the_host_has():
    found = first_board("web-1", ["network", "memory", "cpu", "cores"])
    assert order(found) == ["cpu", "memory", "network"]
