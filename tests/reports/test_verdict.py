"""The sentence the front page begins with."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.reports.verdict import Facts, Trouble, is_settled, judge, worst_first

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def trouble(status="down", title="Shop is down", minutes=5):
    return Trouble(status, title, NOW - timedelta(minutes=minutes), "/websites/1")


UP = {"up": 10}
CASES = [
    ("nothing watched", Facts({}, 0), "unknown", "Nothing is watched yet.", "Add a website", 0),
    ("all up", Facts(UP, 1), "healthy", "All is well.", "10 websites up, 1 machine reporting.", 0),
    ("one up", Facts({"up": 1}, 0), "healthy", "All is well.", "1 website up.", 0),
    ("only a machine", Facts({}, 2), "healthy", "All is well.", "2 machines reporting.", 0),
    (
        "some paused and unknown",
        Facts({"paused": 1, "unknown": 2}, 0),
        "healthy",
        "All is well.",
        "2 websites unknown, 1 paused.",
        0,
    ),
    (
        "one down",
        Facts({"up": 9, "down": 1}, 1, [trouble()]),
        "critical",
        "Shop is down.",
        "9 websites up, 1 down, 1 machine reporting.",
        1,
    ),
    (
        "two, one serious",
        Facts(UP, 1, [trouble("warning"), trouble()]),
        "critical",
        "2 things are wrong.",
        "10 websites up",
        2,
    ),
    (
        "two, none serious",
        Facts(UP, 1, [trouble("late"), trouble("failed")]),
        "warning",
        "2 things need a look.",
        "10 websites up",
        2,
    ),
    (
        "more down than are listed",
        Facts({"down": 12}, 0, [trouble()], 11),
        "critical",
        "12 things are wrong.",
        "12 websites down.",
        12,
    ),
]


@pytest.mark.parametrize(
    ("facts", "status", "title", "text", "problems"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_the_verdict_follows_from_the_facts(facts, status, title, text, problems):
    verdict = judge(facts)
    assert (verdict.status, verdict.title, verdict.problems) == (status, title, problems)
    assert verdict.text.startswith(text)


def test_the_worst_comes_first_and_of_equal_ones_the_newest():
    old, new, late = trouble(minutes=60), trouble(minutes=1), trouble("late", minutes=0)
    assert worst_first([late, old, new]) == [new, old, late]


@pytest.mark.parametrize(("seconds", "settled"), [(0, False), (59, False), (60, True)])
def test_a_value_is_trouble_once_it_has_lasted_a_minute(seconds, settled):
    assert is_settled(NOW - timedelta(seconds=seconds), NOW) is settled


def test_what_began_nobody_knows_when_counts_as_lasting():
    assert is_settled(None, NOW)


def test_what_is_in_maintenance_is_said_in_words():
    assert judge(Facts({"up": 3, "maintenance": 1}, 0)).text == "3 websites up, 1 in maintenance."
