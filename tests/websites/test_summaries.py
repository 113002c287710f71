"""What a stretch of checks comes to."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.sketch import RELATIVE_ERROR
from webapp.websites.summaries import DAY, HOUR, Summary, ceiling, floor, merged, summarise

NOTHING = (None,) * 5


def test_only_answered_checks_count_their_time():
    summary = Summary()
    summary.add("UP", (10.0, 1.0, None, None, 5.0))
    summary.add("DOWN", (900.0, *NOTHING[1:]))
    summary.add("DEGRADED", (30.0, *NOTHING[1:]))
    assert summary.counts == {"UP": 1, "DOWN": 1, "DEGRADED": 1, "UNKNOWN": 0}
    assert (summary.checks, summary.sum_ms) == (3, 40.0)
    assert (summary.lowest_ms, summary.highest_ms) == (10.0, 30.0)
    assert summary.quantile("dns", 0.5) == pytest.approx(1, rel=RELATIVE_ERROR)
    assert summary.quantile("tls", 0.5) is None


def test_transfer_is_what_the_phases_leave_of_the_whole():
    summary = Summary()
    summary.add("UP", (10.0, 1.0, 2.0, None, 4.5))
    summary.add("UP", (3.0, 1.0, 1.0, 1.0, 0.5))
    summary.add("UP", (700.0, 1.0, None, None, None))
    assert summary.sketches["transfer"].count == 2
    assert summary.quantile("transfer", 1) == pytest.approx(2.5, rel=RELATIVE_ERROR)
    assert summary.quantile("transfer", 0) == 0


def test_a_row_holds_all_of_it():
    summary = Summary()
    summary.add("UP", (10.0, 1.0, 2.0, None, 5.0))
    summary.add("DOWN", NOTHING)
    again = Summary.from_row(summary.to_row())
    assert again.to_row() == summary.to_row()
    assert summary.to_row()["tls_sketch"] is None


def test_an_hour_from_before_transfer_was_kept_is_read():
    summary = Summary()
    summary.add("UP", (10.0, 1.0, 2.0, None, 5.0))
    again = Summary.from_row(summary.to_row() | {"transfer_sketch": None})
    assert again.quantile("transfer", 0.5) is None
    assert again.quantile("total", 0.5) == summary.quantile("total", 0.5)


def test_nothing_is_a_row_too():
    assert Summary.from_row(Summary().to_row()).checks == 0
    assert merged([]).quantile("total", 0.5) is None


def test_rows_fall_into_their_websites():
    rows = [(1, "UP", (5.0,) * 5), (1, "DOWN", NOTHING), (7, "UP", (6.0,) * 5)]
    assert [(i, s.checks) for i, s in summarise(rows)] == [(1, 2), (7, 1)]


TIMES = st.floats(min_value=0.001, max_value=100_000)


@given(st.lists(st.lists(TIMES, max_size=20), min_size=1, max_size=12))
def test_quantiles_of_merged_hours_are_those_of_all_checks_within_the_error(hours):
    summaries = []
    for times in hours:
        summary = Summary()
        for value in times:
            summary.add("UP", (value, *NOTHING[1:]))
        summaries.append(Summary.from_row(summary.to_row()))
    whole, flat = merged(summaries), sorted(value for times in hours for value in times)
    for share in (0.5, 0.95, 0.99):
        expected = flat[int(share * (len(flat) - 1))] if flat else None
        found = whole.quantile("total", share)
        assert found == (pytest.approx(expected, rel=RELATIVE_ERROR * 1.001) if flat else None)


def test_hours_and_days_begin_in_utc():
    moment = datetime(2026, 11, 21, 13, 7, 5, 3, UTC)
    assert floor(moment, HOUR) == datetime(2026, 11, 21, 13, tzinfo=UTC)
    assert ceiling(moment, HOUR) == datetime(2026, 11, 21, 14, tzinfo=UTC)
    assert floor(moment, DAY) == ceiling(floor(moment, DAY), DAY)
    assert ceiling(moment, DAY) == datetime(2026, 11, 22, tzinfo=UTC)
