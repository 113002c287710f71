"""Splitting an issue by what its occurrences say."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import occurrence_queries, queries
from webapp.issues.digesting import digest
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.models import GroupingRule, IssueFingerprint, RecurringIssue
from webapp.issues.occurrences import Occurrence
from webapp.issues.separating import split_by_rule
from webapp.issues.undoing import undo

NOW = clock.now()


def came(number, host, minutes=0, task="import", fingerprint=()):
    """So many of one trouble, on some host; the issue that they belong to."""
    at = NOW - timedelta(minutes=minutes)
    given = (IssueKind.OPERATIONAL, task, "No answer", f"{task} got none", Severity.ERROR, at)
    each = Occurrence(*given, host=host, person=f"{host}@example.org", fingerprint=fingerprint)
    found = digest([each] * number, NOW)[-1]
    db.session.commit()
    return db.session.get(RecurringIssue, found.recurring_issue_id)


def figures(row):
    hours = queries.hours_of([row.id], NOW - timedelta(days=2))[row.id]
    touched = occurrence_queries.affected(row.id)
    names = {name.name: name.count for each in touched.values() for name in each}
    return row.occurrences, sum(hours.values()), names, row.first_seen_at, row.last_seen_at


def split(row, **matches):
    step = split_by_rule(row, matches, NOW)
    return db.session.get(RecurringIssue, step.details["into"]), step


def refused(row, **matches):
    with pytest.raises(Problem) as problem:
        split_by_rule(row, matches, NOW)
    return problem.value.status, [error.field for error in problem.value.errors]


@pytest.fixture
def mixed(context):
    """An issue that came 3 times on one host and 4 times on another."""
    came(3, "web-1", 200)
    return came(4, "web-2", 10)


def test_what_fits_has_an_issue_of_its_own_with_its_counts(mixed):
    new, _ = split(mixed, host="*-2")
    assert figures(mixed)[:3] == (3, 3, {"web-1": 3, "web-1@example.org": 3})
    assert figures(new)[:3] == (4, 4, {"web-2": 4, "web-2@example.org": 4})
    ten, long = NOW - timedelta(minutes=10), NOW - timedelta(minutes=200)
    assert (new.first_seen_at, mixed.last_seen_at) == (ten, long)
    assert (new.host, mixed.host, new.title) == ("web-2", "web-1", mixed.title)


def test_what_comes_later_goes_where_it_fits(mixed):
    new, _ = split(mixed, host="web-2")
    db.session.commit()
    assert came(1, "web-2") is new
    assert came(1, "web-1") is mixed
    assert came(1, "web-2", task="export") not in (new, mixed)
    assert (new.occurrences, mixed.occurrences) == (5, 4)


def test_undoing_brings_all_of_it_back_for_good(mixed):
    before = figures(mixed)
    new, step = split(mixed, host="web-2")
    db.session.commit()
    undo(step.id, NOW)
    db.session.commit()
    db.session.expire_all()
    assert figures(mixed) == before
    assert new.merged_into_id == mixed.id
    assert db.session.scalars(select(GroupingRule)).all() == []
    assert came(1, "web-2") is mixed


def test_what_was_undone_can_be_done_again(mixed):
    undo(split(mixed, host="web-2")[1].id, NOW)
    db.session.commit()
    new, _ = split(mixed, host="web-2")
    assert (new.occurrences, mixed.occurrences) == (4, 3)
    assert len(db.session.scalars(select(IssueFingerprint)).all()) == 2


def test_what_was_counted_and_not_kept_stays(context):
    came(1, "web-1")
    for _ in range(3):
        row = came(90, "web-2")
    new, _ = split(row, host="web-2")
    stored, _ = occurrence_queries.occurrences(new, 1000)
    assert len(stored) == new.occurrences < 270
    assert new.occurrences + row.occurrences == 271


def test_what_parts_nothing_or_is_no_field_is_refused(mixed):
    assert refused(mixed) == (422, ["matches"])
    assert refused(mixed, host="db-*") == (422, ["matches"])
    assert refused(mixed, host="web-*") == (422, ["matches"])
    assert refused(mixed, colour="red") == (422, ["matches.colour"])
    assert refused(mixed, host=" ") == (422, ["matches.host"])


def test_what_a_sender_holds_together_is_left_to_it(context):
    came(1, "web-1", fingerprint=("mine",))
    assert refused(came(1, "web-2", fingerprint=("mine",)), host="web-2") == (409, [])
