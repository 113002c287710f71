"""The judge's lease: one holds it, it lapses, and who has it asks no question in between."""

from datetime import UTC, datetime, timedelta

from tests.statements import count_statements
from webapp.core.db import db
from webapp.issues.leases import JUDGE, LEASE, Lease, lock_mark
from webapp.issues.rule_models import JudgeMark

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_only_one_has_it(context):
    first, second = Lease("first"), Lease("second")
    assert first.take(NOW)
    assert not second.take(NOW + LEASE / 2)


def test_it_lapses_when_its_holder_is_killed(context):
    Lease("killed").take(NOW)
    assert not Lease("next").take(NOW + LEASE - timedelta(seconds=1))
    assert Lease("next").take(NOW + LEASE)


def test_one_that_was_held_up_notices_that_another_has_it(context):
    slow, quick = Lease("slow"), Lease("quick")
    slow.take(NOW)
    later = NOW + 2 * LEASE
    assert quick.take(later)
    assert not slow.take(later)
    assert slow.is_ending(later)


def test_it_is_renewed_at_half_time_and_free_of_cost_before(context):
    lease = Lease("first")
    lease.take(NOW)
    with count_statements(context) as asked:
        assert lease.take(NOW + LEASE / 2 - timedelta(seconds=1))
    assert asked == []
    assert lease.take(NOW + LEASE / 2)
    assert lease.until == NOW + LEASE / 2 + LEASE


def test_waiting_for_it_writes_nothing(context):
    Lease("first").take(NOW)
    db.session.commit()
    with count_statements(context) as asked:
        assert not Lease("second").take(NOW)
    assert len(asked) == 1


def test_one_that_leaves_lets_the_next_begin_at_once(context):
    first = Lease("first")
    first.take(NOW)
    first.leave()
    assert Lease("second").take(NOW)
    Lease("first").leave()
    assert db.session.get_one(JudgeMark, JUDGE).held_by == "second"


def test_a_mark_is_made_when_it_is_first_asked_for(context):
    mark = lock_mark("downtimes")
    assert mark.position == 0
    mark.position = 7
    db.session.commit()
    assert lock_mark("downtimes").position == 7
