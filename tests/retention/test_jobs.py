"""The job commits each batch, can be run twice and stops when asked."""

from sqlalchemy import func, select

from webapp.core.db import db
from webapp.metrics.models import MetricSample
from webapp.retention import jobs, measurements
from webapp.websites.models import MonitorCheck


def count(column):
    return db.session.scalar(select(func.count(column)))


def test_a_second_run_finds_nothing_left(context, rows):
    rows.series("a", 1, 9)
    rows.checks(99, 1)
    db.session.commit()
    first = jobs.forget_old_rows()
    assert (first["metric_samples"], first["monitor_checks"]) == (1, 1)
    assert sum(jobs.forget_old_rows().values()) == 0
    db.session.rollback()
    assert (count(MetricSample.at_ms), count(MonitorCheck.id)) == (1, 1)


def test_it_stops_after_the_batch_at_hand_and_keeps_what_it_did(context, rows, monkeypatch):
    monkeypatch.setattr(measurements, "BATCH", 1)
    rows.series("a", 8, 9, 10)
    db.session.commit()
    monkeypatch.setattr("webapp.core.queue.is_stopping", lambda: True)
    assert jobs.forget_old_rows() == {"metric_samples": 1}
    db.session.rollback()
    assert count(MetricSample.at_ms) == 2
