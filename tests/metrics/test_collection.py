"""One collection: sources and their turns, failures and rests, and the notebook for the next."""

import pytest

from tests.metrics.makers import GAUGE, SHARE
from webapp.metrics.collection import Entry, Source, collect
from webapp.metrics.readings import ProcessTable, Reading, Total


def works():
    yield Reading(GAUGE, 1)


def breaks_half_way():
    yield Reading(GAUGE, 2)
    raise OSError("no such device")


GOOD, BAD = Source(works), Source(breaks_half_way)


def test_a_source_that_fails_stops_no_other():
    found = collect({"bad": BAD, "good": GOOD}, {}, 10)
    assert [reading.value for reading in found.readings] == [1]
    assert found.newly_failing == {"bad": "OSError: no such device"}


def test_a_failure_is_news_once_and_so_is_its_end():
    first = collect({"bad": BAD}, {}, 10)
    second = collect({"bad": BAD}, first.notebook, 15)
    assert (second.newly_failing, second.recovered) == ({}, [])
    rests = collect({"bad": GOOD}, second.notebook, 20)
    assert (rests.newly_failing, rests.recovered, rests.readings) == ({}, [], [])
    third = collect({"bad": GOOD}, rests.notebook, 25)
    assert (third.newly_failing, third.recovered) == ({}, ["bad"])
    assert collect({"bad": GOOD}, third.notebook, 30).recovered == []


def test_a_source_that_keeps_failing_is_asked_less_and_less_often():
    notebook, asked = {}, []

    def fails():
        asked.append(turn)
        raise OSError("still")

    for turn in range(300):
        notebook = collect({"x": Source(fails)}, notebook, float(turn)).notebook
    assert asked == [0, 1, 3, 7, 15, 31, 63, 127, 191, 255]


def test_what_fails_between_its_turns_is_no_news_again():
    rare = Source(breaks_half_way, every_s=60)
    first = collect({"rare": rare}, {}, 0)
    assert collect({"rare": rare}, first.notebook, 5).newly_failing == {}


TURNS = [
    ("each time", 0, 1, True),
    ("twice at the same moment", 0, 0, True),
    ("too early", 10, 9, False),
    ("on time", 10, 10, True),
    ("a little early, because the tick was", 10, 9.6, True),
    ("a minute's source half a second early", 60, 59.5, True),
    ("late", 10, 100, True),
    ("after the clock went back", 10, -3, True),
]


@pytest.mark.parametrize(
    ("every_s", "elapsed_s", "expected"), [c[1:] for c in TURNS], ids=[c[0] for c in TURNS]
)
def test_whose_turn_it_is(every_s, elapsed_s, expected):
    assert Source(works, every_s=every_s).has_turn(elapsed_s) is expected


def test_the_rate_of_a_rare_source_is_over_its_own_time():
    shown = iter([100, 700])
    rare = Source(lambda: [Total(GAUGE, next(shown))], every_s=60)
    notebook = collect({"rare": rare}, {}, 0).notebook
    for second in range(1, 60):
        notebook = collect({"rare": rare}, notebook, float(second)).notebook
    assert [r.value for r in collect({"rare": rare}, notebook, 60.0).readings] == [10]


def test_a_long_reason_is_cut():
    def fails():
        raise ValueError("x" * 1000)

    assert len(collect({"bad": Source(fails)}, {}, 1).newly_failing["bad"]) == 200


def test_a_counter_that_was_not_seen_while_its_source_failed_gives_no_rate():
    first = collect({"x": Source(lambda: [Total(GAUGE, 10)])}, {}, 0)
    failed = collect({"x": BAD}, first.notebook, 1)
    again = collect({"x": Source(lambda: [Total(GAUGE, 20)])}, failed.notebook, 2)
    assert again.readings == []


def test_what_vanished_between_two_readings_is_forgotten():
    both = Source(lambda: [Total(SHARE, 1, 2, labels={"d": n}) for n in "ab"])
    one = Source(lambda: [Total(SHARE, 2, 4, labels={"d": "a"})])
    first = collect({"x": both}, {}, 0)
    second = collect({"x": one}, first.notebook, 1)
    assert [dict(r.labels) for r in second.readings] == [{"d": "a"}]
    assert len(second.notebook["x"].totals) == 1
    assert len(collect({"x": both}, second.notebook, 2).readings) == 0


def test_a_machine_that_started_again_gives_no_rates_at_first():
    before = {"x": Entry(5000.0, {Total(GAUGE, 0).key: (10, None)})}
    assert collect({"x": Source(lambda: [Total(GAUGE, 20)])}, before, 12.0).readings == []


def test_a_list_of_processes_is_no_reading():
    table = ProcessTable({"count": 1, "cpu": [], "memory": []})
    found = collect({"x": Source(lambda: [Reading(GAUGE, 1), table])}, {}, 0)
    assert (len(found.readings), found.processes) == (1, table.processes)
    assert collect({"x": GOOD}, {}, 0).processes is None
