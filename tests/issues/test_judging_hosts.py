"""Faults of silent hosts, and the sources that cannot be measured."""

from datetime import timedelta

from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.judging_hosts import judge_silence, judge_sources
from webapp.issues.kinds import IssueStatus
from webapp.issues.models import Fault, OperationalIssue, RecurringIssue
from webapp.metrics.models import Host

NOW = clock.now()


def host(name, *, is_silent=False, **details):
    seen_at = NOW - timedelta(minutes=1)
    made = Host(name=name, interval_s=5, last_seen_at=seen_at, is_silent=is_silent, details=details)
    db.session.add(made)
    db.session.commit()
    return made


def judge(part):
    count = part(NOW)
    db.session.commit()
    db.session.expire_all()
    return count


def test_a_silent_host_is_a_fault_until_it_is_heard_of(context):
    quiet = host("db1", is_silent=True)
    host("db2")
    assert judge(judge_silence) == 1
    assert judge(judge_silence) == 0
    found = db.session.scalars(db.select(Fault)).one()
    assert (found.error_code, found.host, found.is_ongoing) == ("HOST_SILENT", "db1", True)
    assert found.timestamp == quiet.last_seen_at
    quiet.is_silent = False
    db.session.commit()
    assert judge(judge_silence) == 1
    assert not found.is_ongoing


def test_a_source_that_cannot_be_measured_is_told_once_on_each_host(context):
    host("db1", failing={"disks": "permission denied"})
    host("db2", failing={"disks": "permission denied", "sensors": "not there"})
    assert judge(judge_sources) == 3
    assert judge(judge_sources) == 0
    found = db.session.scalars(db.select(OperationalIssue))
    assert sorted((row.task, row.host) for row in found) == [
        ("measure disks", "db1"),
        ("measure disks", "db2"),
        ("measure sensors", "db2"),
    ]
    assert db.session.query(RecurringIssue).count() == 2


def test_a_source_that_can_be_read_again_resolves_its_issue(context):
    broken = host("db1", failing={"disks": "permission denied"})
    judge(judge_sources)
    broken.details = {}
    db.session.commit()
    judge(judge_sources)
    assert db.session.scalars(db.select(RecurringIssue.status)).one() is IssueStatus.RESOLVED


def test_what_another_program_sends_as_failing_harms_nobody(context):
    host("db1", failing="everything")
    host("db2", failing={"x" * 400: "y" * 9000, "z@": {"why": 1}})
    assert judge(judge_sources) == 2


def test_with_nothing_new_it_asks_little(context):
    host("db1", is_silent=True, failing={"disks": "permission denied"})
    judge(judge_sources), judge(judge_silence)
    with count_statements(context) as asked:
        judge(judge_sources), judge(judge_silence)
    assert len(asked) == 4
