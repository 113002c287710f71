"""Faults follow facts: opened once, ended once, whoever looks and however often."""

import threading
from datetime import timedelta

import pytest

from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.judging_websites import fault
from webapp.issues.kinds import IssueStatus
from webapp.issues.models import Fault, RecurringIssue
from webapp.issues.reconciling import Found, key_of, ongoing, reconcile

NOW = clock.now()
HOUR = timedelta(hours=1)


def silence(name="db1", **more):
    return fault("HOST_SILENT", f"{name} is silent.", NOW, f"host:{name}", {}, host=name, **more)


def follow(found, now=NOW):
    count = reconcile("silence", lambda _is_open: found, now)
    db.session.commit()
    return count


def faults():
    db.session.expire_all()
    return list(db.session.scalars(db.select(Fault).order_by(Fault.id)))


def test_what_is_wrong_gets_one_fault_that_lasts(context):
    wrong = Found({"silence:db1": silence()})
    assert follow(wrong) == 1
    assert follow(wrong) == 0
    (found,) = faults()
    assert (found.error_code, found.host, found.is_ongoing) == ("HOST_SILENT", "db1", True)
    assert ongoing("silence").keys() == {"silence:db1"}
    assert ongoing("downtime") == {}


def test_a_look_that_finds_nothing_new_costs_one_statement(context):
    wrong = Found({"silence:db1": silence()})
    follow(wrong)
    with count_statements(context) as asked:
        follow(wrong)
    assert len(asked) == 1


def test_what_is_well_again_ends_and_its_issue_is_resolved(context):
    follow(Found({"silence:db1": silence()}))
    assert follow(Found({}), NOW + HOUR) == 1
    (found,) = faults()
    assert (found.is_ongoing, found.ended_at) == (False, NOW + HOUR)
    assert db.session.scalars(db.select(RecurringIssue.status)).one() is IssueStatus.RESOLVED


def test_it_ends_when_the_facts_say_so(context):
    follow(Found({"silence:db1": silence()}))
    follow(Found({}, ended={"silence:db1": NOW + HOUR / 2}), NOW + HOUR)
    assert faults()[0].ended_at == NOW + HOUR / 2


def test_the_same_coming_back_is_another_fault_of_the_same_issue(context):
    for hours in range(3):
        follow(Found({"silence:db1": silence()}), NOW + 2 * hours * HOUR)
        follow(Found({}), NOW + (2 * hours + 1) * HOUR)
    assert len({found.origin for found in faults()}) == 3
    issue = db.session.scalars(db.select(RecurringIssue)).one()
    assert issue.occurrences == 3


def test_what_nobody_can_tell_stays_as_it_is(context):
    follow(Found({"silence:db1": silence()}))
    assert follow(Found({}, unsure=["silence:db1", "silence:db2"])) == 0
    assert faults()[0].is_ongoing


def test_what_passed_between_two_looks_is_a_fault_with_its_end(context):
    passed = Found({}, passed={"silence:db1": (silence(origin="silence:db1"), NOW + HOUR)})
    follow(passed, NOW + 2 * HOUR)
    follow(passed, NOW + 2 * HOUR)
    (found,) = faults()
    assert (found.is_ongoing, found.ended_at) == (False, NOW + HOUR)


def test_a_long_name_has_a_key_that_fits():
    keys = {key_of("silence", "x" * 255), key_of("silence", "x" * 254 + "y")}
    assert len(keys) == 2
    assert all(len(key) <= 130 for key in keys)
    assert key_of("silence", "root@db") == "silence:root_db"


def test_a_crash_before_the_commit_leaves_nothing(context):
    reconcile("silence", lambda _is_open: Found({"silence:db1": silence()}), NOW)
    db.session.rollback()
    assert faults() == []
    assert follow(Found({"silence:db1": silence()})) == 1


@pytest.mark.parametrize("number_of_judges", [3])
def test_several_judges_at_once_tell_it_once(app, number_of_judges):
    ready = threading.Barrier(number_of_judges, timeout=10)
    failures = []

    def judge():
        looks = iter((ready.wait, lambda: None))
        with app.app_context():
            try:
                reconcile("silence", lambda _is_open: next(looks)() and None or wrong, NOW)
                db.session.commit()
            except Exception as error:
                failures.append(error)

    wrong = Found({"silence:db1": silence(), "silence:db2": silence("db2")})
    threads = [threading.Thread(target=judge) for _ in range(number_of_judges)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    with app.app_context():
        assert sorted(found.host for found in faults()) == ["db1", "db2"]
