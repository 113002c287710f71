"""What is noted of hosts."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.statements import count_statements
from webapp.activity.models import ActivityEvent
from webapp.core.db import db
from webapp.metrics.actions import note_host, note_processes
from webapp.metrics.hosts import has_started_again
from webapp.metrics.models import Host, ProcessList

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOOT = NOW - timedelta(days=3)


def the_host():
    db.session.expire_all()
    return db.session.scalars(select(Host)).one()


def messages():
    return db.session.scalars(select(ActivityEvent.message)).all()


def test_a_new_host_is_added(context):
    note_host("web-1", 5, NOW, BOOT, {"cpus": 2})
    host = the_host()
    assert (host.name, host.interval_s, host.is_silent) == ("web-1", 5, False)
    assert host.first_seen_at == host.last_seen_at == NOW
    assert (host.booted_at, host.details) == (BOOT, {"cpus": 2})
    assert messages() == []


def test_a_known_host_is_seen_again(context):
    note_host("web-1", 5, NOW, BOOT, {"cpus": 2})
    note_host("web-1", 1, NOW + timedelta(seconds=5), BOOT, {"cpus": 4})
    host = the_host()
    assert (host.first_seen_at, host.last_seen_at) == (NOW, NOW + timedelta(seconds=5))
    assert (host.interval_s, host.details) == (1, {"cpus": 4})


def test_what_is_not_given_stays(context):
    note_host("web-1", 5, NOW, BOOT, {"cpus": 2})
    note_host("web-1", 5, NOW + timedelta(seconds=5))
    assert (the_host().booted_at, the_host().details) == (BOOT, {"cpus": 2})


def test_a_host_that_says_nothing_of_itself_is_noted_too(context):
    note_host("web-1", 5, NOW)
    assert (the_host().booted_at, the_host().details) == (None, {})


def test_a_known_host_costs_two_statements(context):
    note_host("web-1", 5, NOW, BOOT, {})
    db.session.commit()
    with count_statements(context) as statements:
        note_host("web-1", 5, NOW, BOOT, {})
    assert len(statements) == 2


def test_a_known_host_that_says_nothing_of_itself_costs_one(context):
    note_host("web-1", 5, NOW, BOOT, {"cpus": 2})
    db.session.commit()
    with count_statements(context) as statements:
        note_host("web-1", 7, NOW + timedelta(seconds=7))
    assert len(statements) == 1
    host = the_host()
    assert (host.interval_s, host.last_seen_at) == (7, NOW + timedelta(seconds=7))
    assert (host.booted_at, host.details) == (BOOT, {"cpus": 2})


def test_a_restart_is_told_once(context):
    again = NOW - timedelta(minutes=1)
    note_host("web-1", 5, NOW - timedelta(hours=1), BOOT, {"boot_id": "a"})
    note_host("web-1", 5, NOW, again, {"boot_id": "b"})
    note_host("web-1", 5, NOW + timedelta(seconds=5), again, {"boot_id": "b"})
    assert messages() == ["web-1 started again at 2026-03-01 11:59:00 UTC"]
    assert the_host().booted_at == again


def test_what_cannot_be_read_there_is_told_once_and_so_is_its_end(context):
    failing = {"failing": {"disks": "OSError: gone"}}
    for second, details in enumerate([{}, failing, failing, {}, {}]):
        note_host("web-1", 5, NOW + timedelta(seconds=second), BOOT, details)
    assert messages() == [
        "Disks of web-1 cannot be measured: OSError: gone",
        "Disks of web-1 can be measured again",
    ]
    assert the_host().details == {}


def test_a_message_without_details_says_nothing_of_failures(context):
    note_host("web-1", 5, NOW, BOOT, {"failing": {"disks": "OSError: gone"}})
    note_host("web-1", 5, NOW + timedelta(seconds=1))
    assert len(messages()) == 1


@pytest.mark.parametrize("told", [None, [], "x", 5, {}])
def test_another_program_may_say_anything_of_failures(context, told):
    note_host("web-1", 5, NOW, BOOT, {"failing": told})
    assert messages() == []


def test_failures_without_end_are_bounded(context):
    told = {f"source {n} {'x' * 500}": "y" * 5000 for n in range(200)}
    note_host("h" * 255, 5, NOW, BOOT, {"failing": told})
    assert len(messages()) == 50
    assert max(map(len, messages())) <= 500


LATER = BOOT + timedelta(hours=1)
CASES = [
    ("the same run", BOOT, {"boot_id": "a"}, BOOT, {"boot_id": "a"}, False),
    ("another run", BOOT, {"boot_id": "a"}, LATER, {"boot_id": "b"}, True),
    ("the clock was set", BOOT, {"boot_id": "a"}, LATER, {"boot_id": "a"}, False),
    ("runs without names", BOOT, {}, LATER, {}, True),
    ("a run that has a name now", BOOT, {}, LATER, {"boot_id": "a"}, True),
    ("a second of difference", BOOT, {}, BOOT + timedelta(seconds=1), {}, False),
    ("an earlier start", LATER, {}, BOOT, {}, False),
    ("the first time it is told", None, {}, BOOT, {"boot_id": "a"}, False),
]


@pytest.mark.parametrize(
    ("before_at", "before", "booted_at", "details", "expected"),
    [c[1:] for c in CASES],
    ids=[c[0] for c in CASES],
)
def test_whether_it_started_again(before_at, before, booted_at, details, expected):
    assert has_started_again(before_at, before, booted_at, details) is expected


def test_a_list_of_processes_is_kept_once(context):
    for count in (3, 4):
        note_processes("web-1", 1000, {"count": count, "cpu": [], "memory": []})
    found = db.session.scalars(select(ProcessList)).one()
    assert (found.host, found.at_ms, found.processes["count"]) == ("web-1", 1000, 3)
