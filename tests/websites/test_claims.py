"""Claims and records, on both databases."""

import threading
from datetime import timedelta

from sqlalchemy import select

from tests.websites.makers import claimed, outcome, recorded, website
from webapp.activity.models import ActivityEvent
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import actions, claims, history, queries, rollups, timing
from webapp.websites.models import CheckRollup, MonitorCheck, MonitorStatus, RollupSpan, Website
from webapp.websites.summaries import floor

SECOND = timedelta(seconds=1)


def diary():
    return list(db.session.scalars(select(ActivityEvent.type).order_by(ActivityEvent.id)))


def fresh(row_id):
    db.session.expire_all()
    return db.session.get(Website, row_id)


class TestClaim:
    def test_what_is_due_is_claimed_once(self, context):
        made = website()
        now = clock.now()
        (target,) = claimed(now)
        assert (target.website_id, target.url, target.host) == (made.id, made.url, "127.0.0.1:9")
        assert target.due_at == made.next_check_at
        assert claimed(now) == []

    def test_what_is_paused_or_not_yet_due_is_left(self, context):
        now = clock.now()
        website(1, is_active=False)
        website(2, next_check_at=now + 10 * SECOND)
        assert claimed(now) == []
        assert len(claims.claim_due(now, now + 11 * SECOND, 10)) == 1

    def test_the_earliest_come_first_and_no_more_than_asked_for(self, context):
        now = clock.now()
        for number in range(5):
            website(number, next_check_at=now - number * SECOND)
        due = [t.url[-1] for t in claimed(now, 2)]
        assert sorted(due) == ["3", "4"]

    def test_a_claim_that_lapsed_is_taken_over_and_the_first_owner_records_nothing(self, context):
        website()
        now = clock.now()
        (lost,) = claimed(now)
        later = now + claims.LEASE + SECOND
        (taken,) = claimed(later)
        assert taken.website_id == lost.website_id
        assert recorded(lost, now) == 0
        assert recorded(taken, later) == 1
        assert len(db.session.scalars(select(MonitorCheck)).all()) == 1

    def test_a_renewed_claim_does_not_lapse(self, context):
        website()
        now = clock.now()
        (target,) = claimed(now)
        later = now + claims.LEASE - SECOND
        (kept,) = claims.renew([target], later)
        db.session.commit()
        assert claimed(later + 2 * SECOND) == []
        assert recorded(target, now) == 0, "the old lease is no proof any more"
        assert recorded(kept, now) == 1
        assert claims.renew([kept], later) == []

    def test_a_claim_given_back_is_free_at_once(self, context):
        website()
        now = clock.now()
        claims.release(claimed(now))
        db.session.commit()
        assert len(claimed(now)) == 1

    def test_workers_that_claim_at_once_never_share_a_website(self, context):
        for number in range(60):
            website(number)
        now, taken, lock = clock.now(), [], threading.Lock()
        start = threading.Barrier(4)

        def work():
            with context.app_context():
                start.wait()
                while found := claims.claim_due(now, now, 3):
                    db.session.commit()
                    with lock:
                        taken.extend(t.website_id for t in found)
                db.session.rollback()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(taken) == sorted(db.session.scalars(select(Website.id)))

    def test_the_due_query_uses_its_index(self, context):
        for number in range(300):
            website(number, next_check_at=clock.now() + timedelta(hours=1))
        now = clock.now()
        if db.engine.dialect.name == "postgresql":
            db.session.connection().exec_driver_sql("ANALYZE websites")
            db.session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
        compiled = queries.due(now, now, 10).compile(db.engine)
        explain = "EXPLAIN" if db.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        values = [compiled.params[name] for name in compiled.positiontup or ()]
        plan = db.session.connection().exec_driver_sql(
            f"{explain} {compiled}",
            tuple(_plain(v) for v in values) if values else _plain_all(compiled.params),
        )
        assert "ix_websites_due" in "\n".join(str(row) for row in plan)


def _plain(value):
    return value.replace(tzinfo=None).isoformat(" ") if hasattr(value, "tzinfo") else value


def _plain_all(parameters):
    return dict(parameters)


class TestRecord:
    def test_a_check_is_stored_with_everything_it_found(self, context):
        made = website(check_interval=60)
        now = clock.now()
        (target,) = claimed(now)
        started = target.due_at + timedelta(milliseconds=1500)
        recorded(target, started)
        check = queries.get_latest_by_website(made.id)
        assert check is not None
        assert (check.status, check.http_status_code, check.late_ms) == (
            MonitorStatus.UP,
            200,
            1500,
        )
        assert (check.dns_time_ms, check.connect_time_ms, check.tls_time_ms) == (0.1, 0.2, None)
        assert (check.ttfb_ms, check.response_time_ms, check.failure_reason) == (3.0, 3.5, None)
        assert check.checked_at == started

    def test_the_website_gets_its_status_and_its_next_slot(self, context):
        made = website(check_interval=60)
        now = clock.now()
        (target,) = claimed(now)
        recorded(target, now)
        after = fresh(made.id)
        assert after.status is MonitorStatus.UP
        assert after.status_since_at == after.last_checked_at == now
        assert after.next_check_at == timing.next_due(made.id, 60, now)
        assert after.claimed_until is None
        assert after.response_time_ms == 3.5

    def test_going_down_and_up_again_is_written_in_the_diary_once_each(self, context):
        made = website(check_interval=1)
        now = clock.now()
        for second, is_up in enumerate((True, False, False, True, True)):
            moment = now + 3 * second * SECOND
            (target,) = claimed(moment)
            recorded(target, moment, is_up=is_up)
            if second == 2:
                down = fresh(made.id)
                assert down.status is MonitorStatus.DOWN
                assert down.status_since_at == now + 3 * SECOND
                assert down.error_message == "The connection was refused."
        assert diary() == ["website_down", "website_up"]
        assert fresh(made.id).error_message is None

    def test_a_failure_is_looked_at_again_soon_and_is_news_when_it_is_confirmed(self, context):
        made = website(check_interval=3600)
        now = clock.now()
        (target,) = claimed(now)
        recorded(target, now, is_up=False)
        assert diary() == []
        assert fresh(made.id).next_check_at == now + 15 * SECOND
        (again,) = claimed(now + 15 * SECOND)
        recorded(again, now + 15 * SECOND, is_up=False)
        assert diary() == ["website_down"]
        down = fresh(made.id)
        assert (down.status, down.status_since_at) == (MonitorStatus.DOWN, now)
        assert down.next_check_at == timing.next_due(made.id, 3600, now + 15 * SECOND)

    def test_a_batch_takes_as_many_statements_for_many_as_for_one(self, context):
        from tests.statements import count_statements

        counts = []
        for size in (1, 30):
            now = clock.now()
            for number in range(size):
                website(size * 100 + number, status=MonitorStatus.UP, next_check_at=now)
            outcomes = [outcome(t, now) for t in claimed(now)]
            with count_statements(context) as statements:
                assert claims.record(outcomes, now) == size
                db.session.commit()
            counts.append(len(statements))
        assert counts[0] == counts[1] <= 3

    def test_a_check_that_changes_nothing_frees_the_website_and_leaves_its_state(self, context):
        now = clock.now()
        made = website(status=MonitorStatus.UP, status_since_at=now - SECOND, next_check_at=now)
        (target,) = claimed(now)
        recorded(target, now)
        after = fresh(made.id)
        assert (after.status, after.status_since_at) == (MonitorStatus.UP, now - SECOND)
        assert (after.last_checked_at, after.response_time_ms) == (now, 3.5)
        assert after.claimed_until is None

    def test_a_website_deleted_paused_or_edited_meanwhile_records_nothing(self, context):
        deleted, paused, edited, kept = (website(number) for number in range(4))
        now = clock.now()
        targets = claimed(now)
        actions.remove(deleted)
        actions.pause(paused, now)
        actions.edit(edited, {"url": "http://127.0.0.1:9/new"}, now)
        db.session.commit()
        assert claims.record([outcome(t, now, is_up=False) for t in targets], now) == 1
        db.session.commit()
        assert fresh(kept.id).streak_status is MonitorStatus.DOWN
        assert fresh(paused.id).status is fresh(edited.id).status is MonitorStatus.UNKNOWN

    def test_a_request_made_while_a_check_was_under_way_is_answered_by_another(self, context):
        made = website(check_interval=3600)
        now = clock.now()
        (target,) = claimed(now)
        actions.request_check(made, now + SECOND)
        db.session.commit()
        recorded(target, now)
        assert fresh(made.id).check_requested_at == now + SECOND
        (again,) = claimed(now + 2 * SECOND)
        recorded(again, now + 2 * SECOND)
        after = fresh(made.id)
        assert after.check_requested_at is None
        assert after.next_check_at > now + 3 * SECOND

    def test_checks_that_are_stored_after_their_hour_was_summed_up_are_in_its_sum(self, context):
        made, now = website(check_interval=1), clock.now()
        first = now - timedelta(days=2)
        recorded(claimed(now)[0], first)
        steps = list(rollups.roll_up(now))
        db.session.commit()
        assert sum(steps) == 2
        late = outcome(claimed(now)[0], first + SECOND)
        assert claims.record([late], now) == 1
        for span in RollupSpan:
            key = (made.id, span, floor(first, history.LENGTH[span]))
            db.session.expire_all()
            assert db.session.get(CheckRollup, key).up_count == 2

    def test_nothing_to_record_asks_nothing(self, context):
        assert claims.record([], clock.now()) == 0
        claims.release([])
