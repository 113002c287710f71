"""Storing many samples: what a process remembers of series may be wrong, what it stores may not."""

import random
import threading

import pytest
from sqlalchemy import delete, func, select

from tests.statements import count_statements
from webapp.config import Settings
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics import recording
from webapp.metrics.models import MetricSample, MetricSeries
from webapp.metrics.readings import MetricKind, SeriesKey
from webapp.metrics.recording import KNOWN, Columns

NOW_MS = clock.to_ms(clock.now())


def key(number, source="web-1"):
    return SeriesKey(MetricKind.SYSTEM, "cpu", "cpu_percent", "%", source, (("core", str(number)),))


def columns(numbers, at_ms=NOW_MS, value=1.0):
    numbers = list(numbers)
    keys = [key(number) for number in numbers]
    return Columns(keys, range(len(numbers)), [at_ms] * len(numbers), [value] * len(numbers))


def stored():
    """Each sample with the core its series is of."""
    found = db.session.execute(
        select(MetricSeries.details, MetricSample.at_ms, MetricSample.value).join(
            MetricSample, MetricSample.series_id == MetricSeries.id
        )
    )
    return {(details["core"], at_ms): value for details, at_ms, value in found}


class TestStore:
    def test_of_two_samples_of_one_moment_the_first_counts(self, context):
        both = Columns([key(0)], [0, 0, 0], [NOW_MS, NOW_MS, NOW_MS - 1], [5.0, 9.0, 1.0])
        assert recording.store(both).new == 2
        assert stored() == {("0", NOW_MS): 5, ("0", NOW_MS - 1): 1}
        assert db.session.scalars(select(MetricSeries.newest_value)).all() == [5]

    def test_what_is_there_already_is_left_as_it_is(self, context):
        recording.store(columns([0], value=5.0))
        assert recording.store(columns([0], value=9.0)).new == 0
        assert stored() == {("0", NOW_MS): 5}
        assert db.session.scalars(select(MetricSeries.newest_value)).all() == [5]

    def test_the_earliest_that_is_not_summed_yet_is_noted(self, context):
        recording.store(columns([0], NOW_MS))
        recording.store(columns([0], NOW_MS + 1000))
        recording.store(columns([0], NOW_MS - 1000))
        series = db.session.scalars(select(MetricSeries)).one()
        assert (series.newest_ms, series.unsummed_from_ms) == (NOW_MS + 1000, NOW_MS - 1000)

    def test_more_samples_than_one_statement_takes(self, context):
        many = range(1203)
        assert recording.store(columns(many)).new == 1203
        assert recording.store(columns(many, NOW_MS + 1)).new == 1203
        assert db.session.scalar(select(func.count()).select_from(MetricSample)) == 2406

    def test_values_come_back_to_the_bit(self, context):
        values = [0.1 + 0.2, -2.5, 5e-324, 1.7976931348623157e308, 123456789.123456789, 1e22]
        recording.store(
            Columns([key(0)], [0] * len(values), [NOW_MS + n for n in range(len(values))], values)
        )
        found = db.session.scalars(select(MetricSample.value).order_by(MetricSample.at_ms)).all()
        assert [value.hex() for value in found] == [value.hex() for value in values]

    def test_nothing_costs_nothing(self, context):
        with count_statements(context) as statements:
            assert recording.store(Columns([], [], [], [])).new == 0
        assert statements == []


class TestWhatIsRemembered:
    def test_a_series_that_was_forgotten_is_made_again(self, context):
        recording.store(columns([0, 1]))
        db.session.commit()
        db.session.execute(delete(MetricSample))
        db.session.execute(
            delete(MetricSeries).where(MetricSeries.fingerprint == key(0).fingerprint)
        )
        db.session.commit()
        assert recording.store(columns([0, 1], NOW_MS + 1)).new == 2
        assert stored().keys() == {("0", NOW_MS + 1), ("1", NOW_MS + 1)}

    def test_an_id_that_is_anothers_now_is_not_believed(self, context):
        recording.store(columns([0, 1]))
        db.session.commit()
        known = context.extensions[KNOWN]
        known[key(0)], known[key(1)] = known[key(1)], known[key(0)]
        recording.store(columns([0], NOW_MS + 1, 5.0))
        recording.store(columns([1], NOW_MS + 1, 6.0))
        assert stored()["0", NOW_MS + 1] == 5
        assert stored()["1", NOW_MS + 1] == 6

    def test_an_id_that_two_are_remembered_by_is_not_believed(self, context):
        recording.store(columns([0]))
        known = context.extensions[KNOWN]
        known[key(1)] = known[key(0)]
        assert recording.store(columns([0, 1], NOW_MS + 1)).new == 2
        assert {("0", NOW_MS + 1), ("1", NOW_MS + 1)} <= stored().keys()

    def test_a_process_that_starts_again_doubles_nothing(self, context):
        recording.store(columns([0, 1]))
        db.session.commit()
        context.extensions[KNOWN].clear()
        assert recording.store(columns([0, 1])).new == 0
        assert db.session.scalar(select(func.count()).select_from(MetricSeries)) == 2

    def test_a_series_that_was_rolled_back_is_made_again(self, context):
        recording.store(columns([0]))
        db.session.rollback()
        assert recording.store(columns([0])).new == 1
        assert stored() == {("0", NOW_MS): 1}

    def test_it_does_not_remember_without_end(self, context, monkeypatch):
        monkeypatch.setattr(recording, "MOST_KNOWN", 10)
        for start in range(0, 40, 8):
            assert recording.store(columns(range(start, start + 8))).new == 8
        assert len(context.extensions[KNOWN]) <= 10


class TestRoom:
    @pytest.fixture
    def few(self, context, monkeypatch):
        monkeypatch.setitem(context.extensions, "settings", Settings(metrics_max_series=3))

    def test_a_source_with_all_its_series_gets_no_more(self, few):
        found = recording.store(columns(range(5)))
        assert found.new == 3
        assert len(found.crowded) == 2
        assert recording.store(columns([9])) == recording.Stored(0, frozenset([key(9)]))

    def test_the_series_it_has_and_other_sources_go_on(self, few):
        crowded = recording.store(columns(range(5))).crowded
        (kept, *_) = {key(n) for n in range(5)} - crowded
        both = Columns([kept, key(0, "web-2")], [0, 1], [NOW_MS + 1] * 2, [1.0, 1.0])
        assert recording.store(both) == recording.Stored(2)


class TestTogether:
    def test_senders_of_the_same_new_series_at_once_store_everything(self, app):
        """New series, doubles and late samples from four at a time, each in an order of its own."""
        together, failures, new = threading.Barrier(4), [], []

        def run(number):
            dice = random.Random(number)
            try:
                for turn in range(6):
                    with app.app_context():
                        together.wait(30)
                        numbers = dice.sample(range(60), 40)
                        batch = columns(numbers, NOW_MS + turn * 1000 - 500 * (number % 2))
                        new.append(recording.store(batch).new)
                        db.session.commit()
            except Exception as error:
                failures.append(error)
                together.abort()

        threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert failures == []
        with app.app_context():
            assert len(stored()) == sum(new)
            expected = set()
            for number in range(4):
                dice = random.Random(number)
                for turn in range(6):
                    at_ms = NOW_MS + turn * 1000 - 500 * (number % 2)
                    expected |= {(str(n), at_ms) for n in dice.sample(range(60), 40)}
            assert stored().keys() == expected
            assert db.session.scalar(select(func.count()).select_from(MetricSeries)) == 60
            for series in db.session.scalars(select(MetricSeries)):
                moments = [at for core, at in stored() if core == series.details["core"]]
                assert (series.newest_ms, series.unsummed_from_ms) == (max(moments), min(moments))
                break
