"""What is sent is kept first and digested a moment later."""

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from tests.issues.occurring import NOW
from tests.statements import count_statements
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import digesting, preparing, receiving
from webapp.issues.models import OperationalIssue, ReceivedOccurrence, RecurringIssue

LATER = NOW + timedelta(seconds=2)
GOOD = {"kind": "operational", "name": "Import", "task": "import_orders", "error_message": "no"}
FAULT = {"kind": "fault", "error_code": "DB_CONNECTION_FAIL", "description": "refused"}
BAD = GOOD | {"error_message": "password=hunter2secret", "severity": "worst"}


def send(*items) -> None:
    receiving.receive([orjson.dumps(list(items))], NOW)
    db.session.commit()


def waiting() -> int:
    return db.session.scalar(select(func.count(ReceivedOccurrence.id))) or 0


def the_refused() -> ReceivedOccurrence:
    db.session.expire_all()
    return db.session.scalars(select(ReceivedOccurrence)).one()


def test_what_was_sent_is_digested_as_of_when_it_came(context):
    send(GOOD, FAULT)
    send(GOOD)
    assert receiving.digest_received(LATER) == 3
    assert waiting() == 0
    counts = select(RecurringIssue.subject, RecurringIssue.occurrences)
    found = db.session.execute(counts.order_by(RecurringIssue.subject)).all()
    assert [tuple(row) for row in found] == [("DB_CONNECTION_FAIL", 1), ("import_orders", 2)]
    assert set(db.session.scalars(select(OperationalIssue.created_at))) == {NOW}


def test_digesting_again_finds_nothing(context):
    send(GOOD)
    receiving.digest_received(LATER)
    assert receiving.digest_received(LATER) == 0
    assert db.session.scalar(select(RecurringIssue.occurrences)) == 1


def test_one_that_cannot_be_digested_is_kept_with_the_reason_and_the_others_go_on(context):
    send(GOOD, BAD, GOOD)
    assert receiving.digest_received(LATER) == 2
    row = the_refused()
    assert (row.received_at, row.refused_at) == (NOW, LATER)
    assert "severity" in str(row.reason)
    [kept] = orjson.loads(row.body)
    assert kept["severity"] == "worst"
    assert b"hunter2secret" not in row.body
    assert receiving.digest_received(LATER) == 0


def test_what_is_no_json_at_all_is_kept_too(context):
    receiving.receive([b"{oops"], NOW)
    assert receiving.digest_received(LATER) == 0
    assert the_refused().refused_at == LATER


def test_what_only_fails_when_it_is_written_is_refused_alone(context, monkeypatch):
    write_down = digesting.write_down

    def fragile(prepared, now):
        if any(each.occurrence.message == "explode" for each in prepared):
            raise ValueError("it exploded")
        return write_down(prepared, now)

    monkeypatch.setattr(digesting, "write_down", fragile)
    send(GOOD, GOOD | {"error_message": "explode"}, GOOD)
    assert receiving.digest_received(LATER) == 2
    assert the_refused().reason == "ValueError: it exploded"
    assert db.session.scalar(select(func.count(OperationalIssue.id))) == 2


def test_while_the_database_is_away_nothing_is_refused(context, monkeypatch):
    def away(prepared, now):
        raise OperationalError("INSERT", {}, Exception("gone"))

    send(GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(digesting, "write_down", away)
        with pytest.raises(OperationalError):
            receiving.digest_received(LATER)
    db.session.rollback()
    assert receiving.digest_received(LATER) == 1


def test_a_crash_before_the_commit_makes_it_late_and_neither_lost_nor_doubled(context):
    send(GOOD, GOOD)
    assert receiving.digest_some(LATER) == 2
    db.session.rollback()
    assert waiting() == 1
    assert receiving.digest_received(LATER) == 2
    assert db.session.scalar(select(RecurringIssue.occurrences)) == 2


def test_rows_that_somebody_else_took_meanwhile_are_left_to_them(context, monkeypatch):
    send(GOOD)
    prepared = receiving._prepared

    def taken_meanwhile(ids):
        items = prepared(ids)
        db.session.execute(db.delete(ReceivedOccurrence))
        return items

    monkeypatch.setattr(receiving, "_prepared", taken_meanwhile)
    assert receiving.digest_some(LATER) == 0
    assert db.session.scalar(select(func.count(RecurringIssue.id))) == 0


def test_it_ends_between_two_batches_when_it_is_to_stop(context, monkeypatch):
    monkeypatch.setattr(receiving, "MOST_ROWS", 1)
    send(GOOD)
    send(GOOD)
    answers = iter([False, True])
    assert receiving.digest_received(LATER, lambda: next(answers)) == 1
    assert waiting() == 1


def test_large_ones_are_digested_in_small_batches(context, monkeypatch):
    monkeypatch.setattr(receiving, "MOST_BYTES", 200)
    for _ in range(3):
        send(GOOD | {"traceback": "x" * 200})
    assert receiving.digest_some(LATER) == 1
    assert receiving.digest_received(LATER) == 2


def test_one_that_was_refused_can_be_tried_again(context, monkeypatch):
    def broken(occurrence, rules):
        raise RuntimeError("a mistake of ours")

    send(GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(preparing.fingerprints, "keys_of", broken)
        assert receiving.digest_received(LATER) == 0
    receiving.try_again(the_refused().id)
    assert receiving.digest_received(LATER) == 1
    assert waiting() == 0


def test_one_that_was_refused_can_be_thrown_away(context):
    send(BAD)
    receiving.digest_received(LATER)
    receiving.discard(the_refused().id)
    assert waiting() == 0


def test_only_what_was_refused_is_tried_again_or_thrown_away(context):
    send(GOOD)
    for verb in (receiving.try_again, receiving.discard):
        with pytest.raises(Problem) as refused:
            verb(db.session.scalars(select(ReceivedOccurrence.id)).one())
        assert refused.value.status == 404


def test_sending_costs_one_statement(context):
    with count_statements(context) as statements:
        send(*[GOOD] * 100)
    assert len(statements) == 1


@pytest.mark.parametrize("count", [1, 200])
def test_digesting_many_costs_as_many_statements_as_digesting_one(context, count):
    send(GOOD)
    receiving.digest_received(LATER)
    for _ in range(count):
        receiving.receive([orjson.dumps([GOOD])], NOW)
    with count_statements(context) as statements:
        assert receiving.digest_some(LATER) == count
    assert len(statements) <= 13
