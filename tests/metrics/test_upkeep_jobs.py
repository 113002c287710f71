"""Samples are summed and sealed by jobs that can be run twice, and that stop when asked."""

import pytest
from sqlalchemy import func, select

from tests.metrics.histories import HOUR_MS, add, new_series
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics import sealing
from webapp.metrics.models import MetricChunk, MetricRollup, MetricSample
from webapp.metrics.upkeep_jobs import roll_up_metrics, seal_samples


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


@pytest.fixture
def series_id(context):
    series_id = new_series()
    start_ms = clock.to_ms(clock.now()) // HOUR_MS * HOUR_MS - 5 * HOUR_MS
    add(series_id, [(start_ms + n * 1000, float(n)) for n in range(2000)])
    return series_id


@pytest.mark.parametrize(
    ("job", "table"), [(roll_up_metrics, MetricRollup), (seal_samples, MetricChunk)]
)
def test_it_commits_what_it_did_and_a_second_run_finds_nothing(series_id, job, table):
    assert job() > 0
    db.session.rollback()
    found = count(table)
    assert found > 0
    assert job() == 0
    assert count(table) == found


def test_asked_to_stop_it_ends_after_the_step_at_hand(series_id, monkeypatch):
    monkeypatch.setattr("webapp.core.queue.is_stopping", lambda: True)
    monkeypatch.setattr(sealing, "MOST_ROWS", 500)
    assert seal_samples() == 500
    db.session.rollback()
    assert count(MetricSample) == 1500
