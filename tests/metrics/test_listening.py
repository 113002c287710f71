"""Hosts that fall silent and are heard of again: marked and told once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.statements import count_statements
from webapp.activity.models import ActivityEvent, ActivityType
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics import hosts
from webapp.metrics.listening import note_silent_hosts
from webapp.metrics.models import Host

LONG_AGO = clock.EPOCH


def after(start, seconds):
    return start + timedelta(seconds=seconds)


def told():
    rows = db.session.scalars(select(ActivityEvent).order_by(ActivityEvent.id))
    return [(row.type, row.details["host"]) for row in rows]


def is_marked(name):
    return db.session.scalar(select(Host.is_silent).where(Host.name == name))


@pytest.fixture
def start(context):
    now = clock.now()
    hosts.note_host("web-1", 1, now)
    hosts.note_host("db-1", 60, now)
    return now


def test_a_host_that_sends_nothing_any_more_is_marked_and_told_once(start):
    assert note_silent_hosts(after(start, 7), LONG_AGO) == ([], [])
    assert note_silent_hosts(after(start, 8), LONG_AGO) == (["web-1"], [])
    assert note_silent_hosts(after(start, 9), LONG_AGO) == ([], [])
    assert is_marked("web-1")
    assert not is_marked("db-1")
    assert told() == [(ActivityType.HOST_SILENT, "web-1")]


def test_the_diary_says_since_when_nothing_was_heard(start):
    note_silent_hosts(after(start, 8), LONG_AGO)
    entry = db.session.scalars(select(ActivityEvent)).one()
    assert entry.message.startswith("web-1 fell silent: nothing was heard of it since ")
    assert f"{start:%H:%M:%S}" in entry.message


def test_one_that_is_heard_of_again_is_told_once_too(start):
    note_silent_hosts(after(start, 8), LONG_AGO)
    hosts.note_host("web-1", 1, after(start, 70))
    assert note_silent_hosts(after(start, 71), LONG_AGO) == ([], ["web-1"])
    assert note_silent_hosts(after(start, 72), LONG_AGO) == ([], [])
    assert not is_marked("web-1")
    assert [kind for kind, _ in told()] == [ActivityType.HOST_SILENT, ActivityType.HOST_BACK]


def test_each_host_is_measured_by_its_own_interval(start):
    assert note_silent_hosts(after(start, 89), LONG_AGO) == (["web-1"], [])
    assert note_silent_hosts(after(start, 91), LONG_AGO) == (["db-1"], [])


def test_nobody_is_blamed_for_the_time_we_did_not_listen(start):
    later = after(start, 3600)
    assert note_silent_hosts(later, later) == ([], [])
    assert note_silent_hosts(after(later, 7), later) == ([], [])
    hosts.note_host("web-1", 1, after(later, 7))
    hosts.note_host("db-1", 60, after(later, 60))
    assert note_silent_hosts(after(later, 8), later) == ([], [])
    assert told() == []


def test_a_silent_host_stays_silent_while_we_were_away(start):
    note_silent_hosts(after(start, 8), LONG_AGO)
    later = after(start, 3600)
    hosts.note_host("db-1", 60, later)
    assert note_silent_hosts(later, later) == ([], [])
    assert is_marked("web-1")


def test_looking_costs_one_statement_while_nothing_changes(start, context):
    for number in range(50):
        hosts.note_host(f"app-{number}", 1, start)
    note_silent_hosts(after(start, 8), LONG_AGO)
    with count_statements(context) as statements:
        note_silent_hosts(after(start, 9), LONG_AGO)
    assert len(statements) == 1
