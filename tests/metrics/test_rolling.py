"""Rollups are what their samples come to, however late or often these arrive."""

import random

import pytest
from sqlalchemy import delete, func, select

from tests.metrics.histories import (
    DAY_MS,
    HOUR_MS,
    MIDNIGHT,
    MINUTE_MS,
    NOON,
    add,
    at_once,
    new_series,
    roll_up,
    seal,
)
from tests.statements import count_statements
from webapp.core.db import db
from webapp.core.sketch import Sketch
from webapp.metrics import rolling
from webapp.metrics.models import MetricChunk, MetricRollup, MetricSample, MetricSeries
from webapp.metrics.pages import DAY, HOUR, MINUTE, by_bucket, open_page, summed

TIERS = (MINUTE, HOUR, DAY)


def rolled(series_id, tier):
    """All buckets with samples: when each begins, what it is, and its sketch."""
    query = select(MetricRollup).where(
        MetricRollup.series_id == series_id, MetricRollup.tier == tier
    )
    found = []
    for row in db.session.scalars(query.order_by(MetricRollup.page_ms)):
        page = open_page(tier, row.data, row.sketches)
        for number, count in enumerate(page.columns.counts):
            if count:
                at_ms = row.page_ms + number * tier * 1000
                sketch = Sketch.from_bytes(page.sketches[number])
                found.append((at_ms, page.bucket(number), sketch.buckets))
    return found


def by_hand(samples, tier):
    return [
        (at_ms, summed(values), Sketch(values).buckets)
        for at_ms, values in by_bucket(sorted(dict(samples).items()), tier * 1000)
    ]


def marks(series_id):
    db.session.expire_all()
    series = db.session.get(MetricSeries, series_id)
    return series.unsummed_from_ms, series.unfolded_from_ms


def every(step_ms, start_ms, end_ms):
    return [
        (at_ms, at_ms // step_ms * 7919 % 1000 / 8) for at_ms in range(start_ms, end_ms, step_ms)
    ]


class TestMinutes:
    def test_the_minute_that_goes_on_is_summed_as_far_as_it_goes(self, context):
        one, samples = new_series(), every(5000, NOON, NOON + 90_000)
        add(one, samples)
        roll_up(NOON + 90_000)
        assert rolled(one, MINUTE) == by_hand(samples, MINUTE)
        more = every(5000, NOON + 90_000, NOON + 200_000)
        add(one, more)
        roll_up(NOON + 200_000)
        assert rolled(one, MINUTE) == by_hand(samples + more, MINUTE)

    def test_a_second_run_finds_nothing_and_asks_little(self, context):
        one = new_series()
        add(one, every(5000, NOON, NOON + 90_000))
        assert roll_up(NOON + 90_000) == 1
        assert marks(one) == (None, NOON)
        with count_statements(context) as statements:
            assert roll_up(NOON + 90_000) == 0
        assert len(statements) == 3, statements

    def test_what_is_of_a_time_to_come_waits_for_it(self, context):
        one = new_series()
        add(one, [(NOON, 1.0), (NOON + DAY_MS, 2.0)])
        assert roll_up(NOON) == 1
        assert marks(one)[0] == NOON + DAY_MS
        assert roll_up(NOON) == 0
        roll_up(NOON + DAY_MS)
        assert rolled(one, MINUTE) == by_hand([(NOON, 1.0), (NOON + DAY_MS, 2.0)], MINUTE)

    def test_late_ones_and_duplicates_of_sealed_samples_are_counted_once(self, context):
        one, start = new_series(), NOON - 6 * HOUR_MS
        samples = every(10_000, start, start + HOUR_MS)
        add(one, samples)
        roll_up(NOON)
        seal(NOON)
        late = [(start + 5001, 1000.0), samples[100]]
        add(one, late)
        roll_up(NOON)
        for tier in TIERS:
            assert rolled(one, tier) == by_hand(samples + late, tier)

    def test_a_batch_of_series_costs_a_few_statements(self, context):
        many = [new_series(host=f"web-{n}") for n in range(rolling.LIVE_TOGETHER)]
        for each in many:
            add(each, every(5000, NOON, NOON + 60_000))
        with count_statements(context) as statements:
            assert roll_up(NOON + 60_000) == rolling.LIVE_TOGETHER
        assert len({s for s in statements if s.startswith("SELECT")}) <= 6
        assert sum(s.startswith("SELECT") for s in statements) <= 7


class TestHoursAndDays:
    def test_they_are_folded_when_the_hour_is_over_even_if_nothing_comes_any_more(self, context):
        one, samples = new_series(), every(10_000, NOON, NOON + 20 * MINUTE_MS)
        add(one, samples)
        roll_up(NOON + 20 * MINUTE_MS)
        assert rolled(one, HOUR) == rolled(one, DAY) == []
        roll_up(NOON + HOUR_MS)
        for tier in TIERS:
            assert rolled(one, tier) == by_hand(samples, tier)
        assert marks(one) == (None, None)

    def test_weeks_that_were_never_summed_are_summed(self, context):
        one = new_series()
        samples = every(20 * MINUTE_MS, MIDNIGHT - 4 * DAY_MS, MIDNIGHT - 3 * DAY_MS)
        samples += every(20 * MINUTE_MS, MIDNIGHT, NOON)
        add(one, samples)
        seal(NOON)
        roll_up(NOON)
        for tier in TIERS:
            assert rolled(one, tier) == by_hand(samples, tier)
        assert marks(one) == (None, None)

    def test_negative_values_and_counters_that_begin_again_are_taken_as_they_are(self, context):
        one = new_series()
        samples = [(NOON + n * 1000, value) for n, value in enumerate([5, 9, 0, 2, -3.5])]
        add(one, samples)
        roll_up(NOON + HOUR_MS)
        ((_, bucket, _),) = rolled(one, DAY)
        assert bucket == (5, 12.5, -3.5, 9.0)


class TestForgotten:
    def test_what_raw_samples_no_longer_tell_is_not_overwritten(self, context):
        one, start = new_series(), NOON - 30 * HOUR_MS
        samples = every(10_000, start, start + HOUR_MS)
        add(one, samples)
        roll_up(NOON)
        seal(NOON)
        db.session.execute(delete(MetricChunk))
        before = [rolled(one, tier) for tier in TIERS]
        add(one, [(start + 1, 5000.0)])
        roll_up(NOON)
        assert [rolled(one, tier) for tier in TIERS] == before

    def test_what_is_older_than_raw_samples_are_kept_stays_as_it_is(self, context):
        one, horizon = new_series(), NOON - DAY_MS + 30_000
        samples = every(10_000, horizon - 90_000, horizon + 90_000)
        add(one, samples)
        roll_up(NOON, horizon)
        kept = [(at_ms, value) for at_ms, value in samples if at_ms >= horizon + 30_000]
        assert rolled(one, MINUTE) == by_hand(kept, MINUTE)
        assert marks(one)[0] is None


class TestWhateverHappens:
    def test_rollups_are_what_the_samples_come_to_by_hand(self, context):
        dice, one = random.Random(7), new_series()
        now, pending, stored = MIDNIGHT + 22 * HOUR_MS, [], {}
        for turn in range(30):
            now += dice.choice([30_000, 60_000, 20 * MINUTE_MS, 2 * HOUR_MS])
            age = dice.choice([60_000, 10 * MINUTE_MS, 5 * HOUR_MS])
            pending += every(7000, now - 60_000, now)
            pending += [(now - dice.randrange(age), dice.random() * 100 - 50) for _ in range(5)]
            dice.shuffle(pending)
            sent, pending = pending[3:], pending[:3]
            add(one, [sample for sample in sent if sample[0] not in stored])
            stored = dict(sent) | stored
            if turn % 3 == 0:
                seal(now)
            roll_up(now)
            done = [s for s in stored.items() if s[0] < now // HOUR_MS * HOUR_MS]
            assert rolled(one, MINUTE) == by_hand(stored.items(), MINUTE)
            for tier in (HOUR, DAY):
                found, truth = rolled(one, tier), by_hand(done, tier)
                assert [f[2] for f in found] == [t[2] for t in truth]
                assert [f[1][1] for f in found] == pytest.approx([t[1][1] for t in truth])

    def test_broken_off_after_any_step_it_goes_on_where_it_was(self, context):
        many = [new_series(host=f"web-{n}") for n in range(3)]
        samples = every(60_000, NOON - 3 * HOUR_MS, NOON)
        for each in many:
            add(each, samples)
        for broken_after in range(12):
            steps = rolling.roll_up(NOON)
            for _ in range(broken_after % 4):
                if next(steps, None) is not None:
                    db.session.commit()
            next(steps, None)
            db.session.rollback()
        roll_up(NOON)
        for each in many:
            assert [rolled(each, t) for t in TIERS] == [by_hand(samples, t) for t in TIERS]

    def test_two_workers_and_a_recorder_at_once_lose_nothing(self, app):
        with app.app_context():
            many = [new_series(host=f"web-{n}") for n in range(6)]
            db.session.commit()
        samples = every(1000, NOON, NOON + 20_000)

        def record():
            for n in range(0, 20, 4):
                for each in many:
                    add(each, samples[n : n + 4])

        def roll():
            for _ in range(15):
                roll_up(NOON + 20_000)

        assert at_once(app, record, roll, roll) == []
        with app.app_context():
            roll_up(NOON + 20_000)
            for each in many:
                assert rolled(each, MINUTE) == by_hand(samples, MINUTE)
            assert db.session.scalar(select(func.count()).select_from(MetricSample)) == 120
