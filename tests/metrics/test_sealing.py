"""Sealing moves samples into chunks, and loses and doubles none of them, whatever happens."""

import random

from sqlalchemy import func, select

from tests.metrics.histories import DAY_MS, HOUR_MS, MIDNIGHT, NOON, add, at_once, new_series, seal
from tests.statements import count_statements, explain_statements
from webapp.core.db import db
from webapp.metrics import raw, sealing
from webapp.metrics.models import MetricChunk, MetricSample
from webapp.metrics.packing import FULL, STRETCH_MS, unpack

OLD = NOON - 5 * HOUR_MS
SAMPLES_BY_KEY = {
    "sqlite": "SEARCH metric_samples USING PRIMARY KEY (series_id=?)",
    "postgresql": "pk_metric_samples",
}


def rows():
    return db.session.scalar(select(func.count()).select_from(MetricSample))


def chunks(series_id):
    query = select(MetricChunk).where(MetricChunk.series_id == series_id)
    return db.session.scalars(query.order_by(MetricChunk.started_ms)).all()


def sealed(series_id):
    return [sample for chunk in chunks(series_id) for sample in unpack(chunk.data)]


def every(step_ms, count, start_ms=OLD):
    return [(start_ms + n * step_ms, n / 8) for n in range(count)]


class TestSeal:
    def test_samples_older_than_the_hour_before_move_and_younger_stay(self, context):
        one = new_series()
        before = NOON - HOUR_MS
        add(one, [(before - 1, 1.0), (before, 2.0), (NOON, 3.0)])
        assert seal(NOON + HOUR_MS - 1) == 1
        assert (sealed(one), rows()) == ([(before - 1, 1.0)], 2)
        assert raw.samples(one, 0, NOON + 1) == [(before - 1, 1.0), (before, 2.0), (NOON, 3.0)]

    def test_a_chunk_says_what_it_holds(self, context):
        one = new_series()
        add(one, every(5000, 700))
        seal(NOON)
        (chunk,) = chunks(one)
        assert (chunk.started_ms, chunk.ended_ms, chunk.count) == (OLD, OLD + 699 * 5000, 700)

    def test_a_second_run_finds_nothing(self, context):
        one = new_series()
        add(one, every(5000, 10))
        assert seal(NOON) == 10
        assert seal(NOON) == 0
        assert sealed(one) == every(5000, 10)

    def test_with_nothing_to_seal_it_asks_once(self, context):
        add(new_series(), [(NOON, 1.0)])
        with count_statements(context) as statements:
            assert seal(NOON) == 0
        assert len(statements) == 1, statements

    def test_it_joins_the_chunk_before_until_that_is_full(self, context):
        one, count = new_series(), FULL + 60
        for start in range(0, count, 300):
            add(one, every(1000, count)[start : start + 300])
            seal(NOON)
        assert [chunk.count for chunk in chunks(one)] == [FULL, 60]
        assert sealed(one) == every(1000, count)

    def test_a_chunk_ends_with_its_stretch_of_days(self, context):
        one = new_series()
        border = MIDNIGHT // STRETCH_MS * STRETCH_MS
        samples = [(border + n * DAY_MS, float(n)) for n in range(-2, 5)]
        for count in (2, 4, 7):
            add(one, samples[:count])
            seal(NOON + 9 * DAY_MS)
        assert [chunk.count for chunk in chunks(one)] == [2, 4, 1]
        assert sealed(one) == samples

    def test_late_samples_join_the_chunks_they_belong_to(self, context):
        one = new_series()
        regular, late = every(1000, 3 * FULL), [(OLD + n * 1000 + 500, 9.0) for n in (3, 1999)]
        before = [(OLD - 2 * DAY_MS, 1.0)]
        add(one, regular)
        seal(NOON)
        add(one, late + before)
        assert seal(NOON) == 3
        assert sealed(one) == sorted(regular + late + before)
        found = chunks(one)
        assert all(a.ended_ms < b.started_ms for a, b in zip(found, found[1:], strict=False))
        assert max(chunk.count for chunk in found) == FULL

    def test_a_duplicate_of_a_sealed_sample_changes_nothing(self, context):
        one = new_series()
        add(one, every(1000, 5))
        seal(NOON)
        add(one, [(OLD + 1000, 99.0), (OLD + 1500, 3.0)])
        assert raw.samples(one, OLD + 1000, OLD + 1001) == [(OLD + 1000, 1 / 8)]
        seal(NOON)
        assert sealed(one) == sorted([*every(1000, 5), (OLD + 1500, 3.0)])
        assert rows() == 0

    def test_broken_off_after_any_step_nothing_is_lost_or_doubled(self, context, monkeypatch):
        monkeypatch.setattr(sealing, "MOST_ROWS", 7)
        many = [new_series(host=f"web-{n}") for n in range(3)]
        for each in many:
            add(each, every(60_000, 12))
        for broken_after in range(9):
            steps = sealing.seal(NOON)
            for _ in range(broken_after % 3):
                if next(steps, None) is not None:
                    db.session.commit()
            next(steps, None)
            db.session.rollback()
            for each in many:
                assert raw.samples(each, 0, NOON) == every(60_000, 12)
        seal(NOON)
        assert rows() == 0
        assert [sealed(each) for each in many] == [every(60_000, 12)] * 3

    def test_however_samples_arrive_they_are_all_there_once(self, context, monkeypatch):
        monkeypatch.setattr(sealing, "MOST_ROWS", 40)
        dice, one = random.Random(4), new_series()
        all_of_them = dict(every(97_000, 400, NOON - 11 * HOUR_MS))
        left = sorted(all_of_them.items())
        dice.shuffle(left)
        while left:
            taken, left = left[:37], left[37:]
            add(one, taken + dice.sample(sorted(all_of_them.items()), 3))
            given = raw.samples(one, 0, NOON)
            seal(NOON)
            assert raw.samples(one, 0, NOON) == given
        assert raw.samples(one, 0, NOON) == sorted(all_of_them.items())

    def test_many_series_share_a_step_and_a_few_statements(self, context):
        for n in range(sealing.TOGETHER):
            add(new_series(host=f"web-{n}"), every(60_000, 5))
        with count_statements(context) as statements:
            assert seal(NOON) == 5 * sealing.TOGETHER
        assert len(statements) <= 7 + sealing.TOGETHER, statements

    def test_two_workers_at_once_seal_each_sample_once(self, app):
        with app.app_context():
            many = [new_series(host=f"web-{n}") for n in range(8)]
            for each in many:
                add(each, every(1000, 200))
        assert at_once(app, *[lambda: seal(NOON)] * 2) == []
        with app.app_context():
            seal(NOON)
            assert [sealed(each) for each in many] == [every(1000, 200)] * 8

    def test_it_looks_at_the_key_of_each_series_and_never_through_all_rows(self, context):
        for n in range(4):
            add(new_series(host=f"web-{n}"), every(1000, 300, NOON))
        with explain_statements(context) as plans:
            db.session.execute(sealing._with_rows(NOON)).all()
        (plan,) = plans
        assert SAMPLES_BY_KEY[db.engine.dialect.name] in plan, plan
        assert "SCAN metric_samples" not in plan
        assert "Seq Scan on metric_samples" not in plan
