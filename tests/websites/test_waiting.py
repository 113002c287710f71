"""How a check that was asked for stands."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.core import clock
from webapp.websites.models import MonitorCheck, Website
from webapp.websites.waiting import wait_state

ASKED = datetime(2026, 11, 21, tzinfo=UTC)
CASES = [
    ("just asked", 1, None, None, "waiting"),
    ("an older check is no answer", 1, -5, None, "waiting"),
    ("answered", 2, 1, None, "done"),
    ("nobody took it up", 11, None, None, "unanswered"),
    ("somebody is at it", 11, None, 15, "waiting"),
    ("its claim lapsed", 16, None, 15, "unanswered"),
    ("at it for too long", 60, None, 70, "unanswered"),
]


@pytest.mark.parametrize(
    ("now_s", "checked_s", "claimed_s", "expected"),
    [c[1:] for c in CASES],
    ids=[c[0] for c in CASES],
)
def test_it_waits_for_a_worker_but_not_for_ever(now_s, checked_s, claimed_s, expected):
    def at(seconds):
        return None if seconds is None else ASKED + timedelta(seconds=seconds)

    website = Website(timeout=30, claimed_until=at(claimed_s))
    last = MonitorCheck(checked_at=at(checked_s)) if checked_s is not None else None
    wait = wait_state(website, last, clock.to_ms(ASKED), at(now_s))
    assert wait.state == expected


@pytest.mark.parametrize("asked_ms", [None, -1, 10**18])
def test_nobody_asked(asked_ms):
    assert wait_state(Website(timeout=30), None, asked_ms, ASKED).state == "none"
