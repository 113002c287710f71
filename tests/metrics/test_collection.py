"""One collection: sources, failures, and the notebook for the next time."""

import pytest

from tests.metrics.makers import GAUGE, SHARE
from webapp.metrics.collection import Notebook, collect, open_notebook
from webapp.metrics.readings import Reading, Total


def works():
    yield Reading(GAUGE, 1)


def breaks_half_way():
    yield Reading(GAUGE, 2)
    raise OSError("no such device")


def test_a_source_that_fails_stops_no_other():
    found = collect({"bad": breaks_half_way, "good": works}, Notebook(), 10)
    assert [reading.value for reading in found.readings] == [1]
    assert found.newly_failing == {"bad": "OSError: no such device"}


def test_a_failure_is_news_once_and_so_is_its_end():
    first = collect({"bad": breaks_half_way}, Notebook(), 10)
    second = collect({"bad": breaks_half_way}, first.notebook, 15)
    assert (second.newly_failing, second.recovered) == ({}, [])
    third = collect({"bad": works}, second.notebook, 20)
    assert (third.newly_failing, third.recovered) == ({}, ["bad"])
    assert collect({"bad": works}, third.notebook, 25).recovered == []


def test_a_long_reason_is_cut():
    def fails():
        raise ValueError("x" * 1000)

    assert len(collect({"bad": fails}, Notebook(), 1).newly_failing["bad"]) == 200


def test_counters_survive_the_notebook_on_paper():
    first = collect({"share": lambda: [Total(SHARE, 10, 20)]}, Notebook(), 100.0)
    assert first.readings == []
    carried = open_notebook(first.notebook.dump())
    assert carried == first.notebook
    second = collect({"share": lambda: [Total(SHARE, 15, 30)]}, carried, 105.0)
    assert [reading.value for reading in second.readings] == [50]


def test_a_machine_that_started_again_gives_no_rates_at_first():
    before = Notebook(5000.0, {Total(GAUGE, 0).key: (10, None)})
    assert collect({"x": lambda: [Total(GAUGE, 20)]}, before, 12.0).readings == []


@pytest.mark.parametrize("text", [None, b"", b"{", b"[]", b'{"totals": [1]}', b'"x"'])
def test_a_notebook_that_cannot_be_read_is_empty(text):
    assert open_notebook(text) == Notebook()
