"""Maintenance laid over what checks say."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.websites.statuses import PeriodStatus as S
from webapp.websites.timeline import Change, Maintenance, changed, laid

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minute):
    return START + minute * MINUTE


def base(*changes):
    return [Change(at(minute), status) for minute, status in changes]


def stretches(base_changes, *windows, now=60):
    covers = [Maintenance(at(a), at(b)) for a, b in windows]
    return [
        ((s.started_at - START) / MINUTE, s.status)
        for s in laid(base(*base_changes), covers, at(now))
    ]


CASES = [
    ("without maintenance", [(0, S.UP), (5, S.DOWN)], [], [(0, S.UP), (5, S.DOWN)]),
    ("what does not change goes on", [(0, S.UP), (5, S.UP)], [], [(0, S.UP)]),
    ("it is laid over", [(0, S.UP)], [(5, 9)], [(0, S.UP), (5, S.MAINTENANCE), (9, S.UP)]),
    (
        "changes under it show at its end",
        [(0, S.UP), (6, S.DOWN)],
        [(5, 9)],
        [(0, S.UP), (5, S.MAINTENANCE), (9, S.DOWN)],
    ),
    (
        "a downtime dated back ends where it began",
        [(0, S.UP), (3, S.DOWN)],
        [(5, 90)],
        [(0, S.UP), (3, S.DOWN), (5, S.MAINTENANCE)],
    ),
    (
        "two that overlap are one",
        [(0, S.UP)],
        [(5, 9), (7, 12)],
        [(0, S.UP), (5, S.MAINTENANCE), (12, S.UP)],
    ),
    ("a pause is a pause", [(0, S.UP), (4, S.PAUSED)], [(5, 9)], [(0, S.UP), (4, S.PAUSED)]),
    (
        "a pause within cuts it short",
        [(0, S.UP), (6, S.PAUSED), (8, S.UNKNOWN)],
        [(5, 9)],
        [(0, S.UP), (5, S.MAINTENANCE), (6, S.PAUSED), (8, S.MAINTENANCE), (9, S.UNKNOWN)],
    ),
    ("what is still to come is not written", [(0, S.UP)], [(61, 70)], [(0, S.UP)]),
    ("one that was there before", [(0, S.DOWN)], [(-5, 2)], [(0, S.MAINTENANCE), (2, S.DOWN)]),
]


@pytest.mark.parametrize(
    ("said", "windows", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_maintenance_covers_all_but_a_pause(said, windows, expected):
    assert stretches(said, *windows) == expected


def test_stretches_follow_each_other_and_the_last_is_open():
    found = laid(base((0, S.UP), (5, S.DOWN)), [Maintenance(at(2), at(3), "backup")], at(60))
    assert [s.ended_at for s in found] == [s.started_at for s in found[1:]] + [None]
    assert found[1].cause == "backup"


def test_what_is_learnt_late_replaces_what_was_said_from_there_on():
    known = base((0, S.UP), (5, S.UNKNOWN))
    assert changed(known, base((3, S.DOWN))) == base((0, S.UP), (3, S.DOWN))
    assert changed(known, base((5, S.DOWN))) == base((0, S.UP), (5, S.DOWN))
    assert changed([], base((5, S.DOWN))) == base((5, S.DOWN))
