"""Recording: series made once, samples once, the newest value kept."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.metrics.makers import HOST, machine, sample
from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.metrics import actions, recording
from webapp.metrics.models import MetricSample, MetricSeries


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


class TestRecordSamples:
    def test_it_makes_the_series_and_keeps_what_it_is(self, context):
        assert actions.record_samples([sample("disk_percent", 55.5, mount="/")]) == 1
        series = db.session.scalars(select(MetricSeries)).one()
        assert (series.metric_type, series.name, series.unit) == ("disk", "disk_percent", "%")
        assert (series.source, series.details) == (HOST, {"mount": "/"})
        assert series.newest_value == 55.5

    def test_a_second_time_adds_to_the_series_that_is_there(self, context):
        now = clock.now()
        actions.record_samples(machine(now, age_s=5))
        before = count(MetricSeries)
        actions.record_samples(machine(now))
        assert (count(MetricSeries), count(MetricSample)) == (before, 2 * before)

    def test_the_same_moment_twice_changes_nothing(self, context):
        now = clock.now()
        actions.record_samples([sample("cpu_percent", 10, at=now)])
        assert actions.record_samples([sample("cpu_percent", 99, at=now)]) == 0
        assert db.session.scalars(select(MetricSample.value)).all() == [10]
        assert db.session.scalars(select(MetricSeries.newest_value)).all() == [10]

    def test_the_same_moment_twice_in_one_batch_is_one_sample(self, context):
        now = clock.now()
        batch = [sample("cpu_percent", 1, at=now), sample("cpu_percent", 2, at=now)]
        assert actions.record_samples(batch) == 1

    def test_a_late_sample_is_stored_and_is_not_the_newest(self, context):
        now = clock.now()
        late = sample("cpu_percent", 5, at=now - timedelta(minutes=1))
        actions.record_samples([sample("cpu_percent", 10, at=now)])
        assert actions.record_samples([late]) == 1
        series = db.session.scalars(select(MetricSeries)).one()
        assert (series.newest_ms, series.newest_value) == (clock.to_ms(now), 10)

    def test_it_notes_the_earliest_sample_that_no_rollup_has_taken_in(self, context):
        now = clock.now()
        for age_s, expected_s in ((0, 0), (60, 60), (30, 60)):
            at = now - timedelta(seconds=age_s)
            actions.record_samples([sample("cpu_percent", 5, at=at)])
            unsummed_ms = db.session.scalars(select(MetricSeries.unsummed_from_ms)).one()
            assert unsummed_ms == clock.to_ms(now - timedelta(seconds=expected_s))

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
    def test_what_is_no_number_is_refused_with_all_that_came_along(self, context, value):
        with pytest.raises(Problem) as refusal:
            actions.record_samples([sample("load_1", 1), sample("load_5", value)])
        assert refusal.value.status == 422
        assert [e.field for e in refusal.value.errors] == ["1.value"]
        assert count(MetricSample) == 0

    def test_nothing_to_record_asks_nothing_of_the_database(self, context):
        with count_statements(context) as statements:
            assert actions.record_samples([]) == 0
        assert statements == []

    def test_a_batch_of_known_series_costs_two_statements(self, context):
        now = clock.now()
        actions.record_samples(machine(now, age_s=5))
        with count_statements(context) as statements:
            actions.record_samples(machine(now))
        assert len(statements) == 2, statements

    def test_more_series_than_fit_one_question(self, context):
        many = [sample("disk_percent", 1, mount=f"/{n}") for n in range(recording.CHUNK + 1)]
        assert actions.record_samples(many) == recording.CHUNK + 1
        assert count(MetricSeries) == recording.CHUNK + 1

    def test_recorders_at_the_same_time_make_one_series_each(self, app):
        now = clock.now()
        together = threading.Barrier(4)
        failures = []

        def run(n):
            try:
                with app.app_context():
                    together.wait(10)
                    actions.record_samples(machine(now, age_s=n))
                    db.session.commit()
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        with app.app_context():
            assert failures == []
            assert count(MetricSeries) == len(machine(now))
            assert count(MetricSample) == 4 * len(machine(now))
