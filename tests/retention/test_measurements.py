"""Metrics are forgotten tier by tier, and by size where there is a limit."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.retention.conftest import NOW, ago
from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics.models import (
    Host,
    MetricChunk,
    MetricRollup,
    MetricSample,
    MetricSeries,
    ProcessList,
)
from webapp.metrics.pages import DAY, HOUR, MINUTE
from webapp.retention import actions, measurements


def forget(name, settings):
    return list(actions.FORGETTINGS[name](settings, NOW))


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def ms(days):
    return clock.to_ms(ago(days))


def ages(column):
    """Days that the moments of a column, in milliseconds, are old."""
    found = [clock.from_ms(at_ms) for at_ms in db.session.scalars(select(column))]
    return sorted(round((NOW - at).total_seconds() / 86_400, 2) for at in found)


def chunks(series, *days, size=100):
    """A packed hour that ended so many days ago, for each."""
    for age in days:
        ended_ms = ms(age)
        times = {"started_ms": ended_ms - 3_600_000, "ended_ms": ended_ms}
        data = bytes(size)
        db.session.add(MetricChunk(series_id=series.id, count=720, data=data, **times))
    db.session.flush()


def pages(series, tier, *days, size=100):
    """A page that began so many days ago, for each."""
    for age in days:
        key = {"series_id": series.id, "tier": tier, "page_ms": ms(age)}
        db.session.add(MetricRollup(data=bytes(size), sketches=b"", **key))
    db.session.flush()


def test_samples_older_than_seven_days_go_and_younger_stay(context, settings, rows):
    rows.series("a", 6.99, 7.01, 8, 30)
    rows.series("b", 1, 100)
    assert sum(forget("metric_samples", settings)) == 4
    assert ages(MetricSample.at_ms) == [1, 6.99]


def test_samples_go_in_batches(context, settings, rows, monkeypatch):
    monkeypatch.setattr(measurements, "BATCH", 2)
    rows.series("a", 1, 8, 9, 10, 11, 12)
    assert forget("metric_samples", settings) == [2, 2, 1]


def test_packed_samples_go_when_the_last_one_is_old_in_batches(
    context, settings, rows, monkeypatch
):
    monkeypatch.setattr(measurements, "PACKED_BATCH", 2)
    chunks(rows.series("a", 1), 6.9, 7.1, 8, 9)
    chunks(rows.series("b", 1), 7.5)
    assert forget("metric_chunks", settings) == [2, 2]
    assert ages(MetricChunk.ended_ms) == [6.9]


@pytest.mark.parametrize(
    ("name", "tier", "kept", "gone"),
    [
        ("metric_minutes", MINUTE, [1, 30.02], [30.1, 99]),
        ("metric_hours", HOUR, [30.1, 402.9], [403.1, 999]),
        ("metric_rollups", DAY, [403.1, 1889], [1891, 4000]),
    ],
)
def test_each_tier_goes_when_the_whole_page_is_older_than_it_is_kept(
    context, settings, rows, name, tier, kept, gone
):
    series = rows.series("a", 1)
    pages(series, tier, *kept, *gone)
    for other in {MINUTE, HOUR, DAY} - {tier}:
        pages(series, other, 4000)
    assert sum(forget(name, settings)) == len(gone)
    left = select(MetricRollup.page_ms).where(MetricRollup.tier == tier)
    assert sorted(db.session.scalars(left)) == sorted(map(ms, kept))
    assert count(MetricRollup) == len(kept) + 2


def test_a_series_stays_while_anything_of_it_is_kept(context, settings, rows):
    for name, *days in (("gone", 1827), ("silent for years", 1825), ("alive", 0.1)):
        rows.series(name, *days)
    rows.series("new")
    rows.series("never used").created_at = ago(8)
    db.session.flush()
    assert sum(forget("metric_series", settings)) == 2
    left = set(db.session.scalars(select(MetricSeries.name)))
    assert left == {"silent for years", "alive", "new"}


def test_lists_of_processes_go_with_the_samples(context, settings):
    for age in (1, 6.9, 7.1, 9):
        db.session.add(ProcessList(host="web-1", at_ms=ms(age), processes={}))
    db.session.flush()
    assert forget("process_lists", settings) == [2]
    assert ages(ProcessList.at_ms) == [1, 6.9]


def test_a_host_that_was_not_heard_of_for_years_goes(context, settings):
    for name, age in (("old", 1827), ("quiet", 400)):
        last_seen_at = NOW - timedelta(days=age)
        db.session.add(Host(name=name, interval_s=5, last_seen_at=last_seen_at, details={}))
    db.session.flush()
    assert forget("hosts", settings) == [1]
    assert db.session.scalars(select(Host.name)).all() == ["quiet"]


class TestSize:
    @pytest.fixture
    def two_megabytes(self, context, rows):
        for name in ("a", "b"):
            series = rows.series(name, 1)
            chunks(series, *range(1, 6), size=150_000)
            pages(series, MINUTE, *range(1, 6), size=50_000)
            pages(series, DAY, 100, size=1000)

    def limited(self, settings, megabytes):
        return forget("metrics_size", replace(settings, metrics_max_mb=megabytes))

    def test_without_a_limit_nothing_is_weighed(self, context, settings, two_megabytes):
        with count_statements(context) as statements:
            assert self.limited(settings, 0) == []
        assert statements == []

    def test_it_is_weighed_within_a_few_percent(self, two_megabytes):
        assert measurements.weight() == pytest.approx(2_004_000, rel=0.01)

    def test_below_the_limit_all_stays(self, settings, two_megabytes):
        assert self.limited(settings, 3) == []

    def test_the_oldest_samples_go_first(self, settings, two_megabytes, monkeypatch):
        monkeypatch.setattr(measurements, "PACKED_BATCH", 3)
        assert self.limited(settings, 1) == [3, 3, 3]
        assert (ages(MetricChunk.ended_ms), count(MetricRollup)) == ([1], 12)

    def test_and_no_more_than_it_takes(self, settings, two_megabytes, monkeypatch):
        monkeypatch.setattr(measurements, "PACKED_BATCH", 1)
        assert sum(self.limited(settings, 2)) == 1
        assert max(ages(MetricChunk.ended_ms)) == 5

    def test_then_the_oldest_minutes_and_never_days(self, settings, two_megabytes, monkeypatch):
        monkeypatch.setattr(measurements, "PACKED_BATCH", 1)
        smaller = replace(settings, metrics_max_mb=1)
        monkeypatch.setattr(measurements, "ROW_BYTES", 60_000)
        assert sum(actions.FORGETTINGS["metrics_size"](smaller, NOW)) > 10
        assert count(MetricChunk) == 0
        left = set(db.session.scalars(select(MetricRollup.tier)))
        assert left == {MINUTE, DAY}
