"""How each part is and since when."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.selfcheck.components import (
    Finding,
    Standing,
    after,
    findings,
    is_news,
    is_told,
    listening,
    sentence,
    shown,
)
from webapp.selfcheck.health import Facts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEFORE = NOW - timedelta(hours=1)
WELL = Facts(1.0, 2.0, 2, 0, True)

CASES = [
    ("all is well", WELL, "database", "ok", None),
    ("the database is away", Facts(None, 1.0), "database", "down", "No answer."),
    (
        "the database says why",
        Facts(None, 1.0, database_error="refused"),
        "database",
        "down",
        "refused",
    ),
    ("the database is slow", Facts(700.0, 1.0), "database", "degraded", "took 700 ms"),
    ("Redis is away", Facts(1.0, None, redis_error="refused"), "cache", "down", "refused"),
    ("Redis is away, so nobody knows", Facts(1.0, None), "workers", "unknown", "Redis"),
    ("no worker", Facts(1.0, 1.0, 0, 0, True), "workers", "down", "No worker reports"),
    ("all are late", Facts(1.0, 1.0, 0, 2, True), "workers", "down", "2 of 2 stopped"),
    ("one is late", Facts(1.0, 1.0, 3, 1, True), "workers", "degraded", "1 of 4 stopped"),
    ("no scheduler", Facts(1.0, 1.0, 1), "scheduler", "down", "No scheduler"),
    (
        "a job waits",
        Facts(1.0, 1.0, 1, longest_wait_s=61, waiting_queue="slow"),
        "queues",
        "degraded",
        "in the queue slow for 61 s",
    ),
    ("a job waits a little", Facts(1.0, 1.0, 1, longest_wait_s=60), "queues", "ok", None),
]


@pytest.mark.parametrize(
    ("facts", "part", "state", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_the_state_of_a_part_follows_from_the_facts(facts, part, state, words):
    found = findings(facts)[part]
    assert found.state == state
    assert (found.error is None) if words is None else (words in found.error)


def test_a_state_that_stays_keeps_its_beginning():
    before = Standing("database", "ok", BEFORE, "gone", BEFORE, BEFORE, 1.0)
    later = after(before, "database", Finding("ok", None, 2.0), NOW)
    assert (later.since_at, later.checked_at, later.probe_ms) == (BEFORE, NOW, 2.0)
    assert (later.last_error, later.last_error_at) == ("gone", BEFORE)
    assert not is_news(before, later)


def test_a_new_state_begins_now_and_the_last_error_outlives_recovery():
    before = Standing("database", "ok", BEFORE)
    down = after(before, "database", Finding("down", "refused", 3.0), NOW)
    assert (down.since_at, down.last_error, down.last_error_at) == (NOW, "refused", NOW)
    assert is_news(before, down)
    back = after(down, "database", Finding("ok"), NOW + timedelta(minutes=1))
    assert (back.since_at, back.last_error) == (NOW + timedelta(minutes=1), "refused")
    assert back.last_error_at == NOW


def test_the_first_look_is_news_also_when_it_finds_nothing_out():
    first = after(None, "workers", Finding("unknown"), NOW)
    assert (first.since_at, is_news(None, first)) == (NOW, True)


@pytest.mark.parametrize(
    ("name", "state", "age_s", "answering", "shown_as"),
    [
        ("web", "ok", 5, (), "ok"),
        ("web", "ok", 81, (), "unknown"),
        ("web", "ok", 81, ("web",), "ok"),
        ("web", "down", 5, ("web",), "degraded"),
        ("api", "down", 5, ("web",), "down"),
        ("statsd", "down", 81, ("web",), "unknown"),
        ("web", "unknown", None, ("web",), "ok"),
        ("api", "unknown", None, (), "unknown"),
    ],
)
def test_an_old_look_says_nothing_and_what_answers_is_not_down(
    name, state, age_s, answering, shown_as
):
    checked_at = None if age_s is None else NOW - timedelta(seconds=age_s)
    standing = Standing(name, state, BEFORE, None, None, checked_at)
    assert shown(standing, NOW, answering).state == shown_as


@pytest.mark.parametrize(
    ("silent_s", "state", "words"),
    [(0, "ok", None), (30, "ok", None), (31, "down", "for 31 s"), (None, "down", "not stored")],
)
def test_a_statsd_listener_that_stores_nothing_is_down(silent_s, state, words):
    newest_at = None if silent_s is None else NOW - timedelta(seconds=silent_s)
    found = listening(newest_at, NOW, flush_s=10)
    assert found.state == state
    assert found.error is None if words is None else words in found.error


@pytest.mark.parametrize(
    ("before", "lasted", "state", "is_so"),
    [
        ("ok", 1, "down", True), ("down", 1, "ok", True), ("down", 1, "degraded", True),
        ("unknown", 1, "down", True), ("ok", 60, "ok", False), ("ok", 60, "unknown", False),
        ("down", 60, "unknown", False), ("unknown", 60, "ok", False),
        ("ok", 9, "degraded", False), ("ok", 10, "degraded", True),
        ("degraded", 9, "ok", False), ("degraded", 10, "ok", True),
    ],
)  # fmt: skip
def test_the_diary_tells_failures_and_slowness_that_is_new(before, lasted, state, is_so):
    was = Standing("cache", before, NOW - timedelta(minutes=lasted))
    assert is_told(was, Standing("cache", state, NOW)) is is_so
    assert not is_told(None, Standing("cache", state, NOW))


def test_a_change_is_told_in_words():
    was = Standing("cache", "down", NOW - timedelta(minutes=61))
    assert (
        sentence(was, Standing("cache", "ok", NOW, "refused")) == "Redis: well again after 61 min."
    )
    slow = Standing("queues", "degraded", NOW, "A job waits.")
    assert sentence(was, slow) == "Queues: degraded. A job waits."
    assert sentence(was, Standing("queues", "down", NOW)) == "Queues: down."
