"""Metrics as they are read: every field that a metric has."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.metrics.makers import sample
from webapp.core.db import db
from webapp.metrics import actions
from webapp.metrics.models import (
    ApplicationMetric,
    Metric,
    MetricSample,
    MetricSeries,
    SystemMetric,
)

AT = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)


@pytest.fixture
def two_kinds(context):
    actions.record_samples(
        [sample("disk_percent", 55.5, at=AT, mount="/"), sample("latency_ms", 12.0, at=AT)]
    )


def test_a_system_metric_has_a_host(two_kinds):
    found = db.session.scalars(select(SystemMetric)).one()
    assert (found.metric_type, found.value, found.unit) == ("disk", 55.5, "%")
    assert (found.host, found.details, found.timestamp) == ("web-1", {"mount": "/"}, AT)


def test_an_application_metric_has_a_service(two_kinds):
    found = db.session.scalars(select(ApplicationMetric)).one()
    assert (found.metric_type, found.value, found.unit) == ("response_time", 12.0, "ms")
    assert (found.service, found.details, found.timestamp) == (
        "watchkeeper",
        {"host": "web-1"},
        AT,
    )


def test_both_come_as_what_they_are(two_kinds):
    kinds = {type(metric) for metric in db.session.scalars(select(Metric))}
    assert kinds == {SystemMetric, ApplicationMetric}


def test_a_metric_is_found_by_host(two_kinds):
    asked = select(SystemMetric.value).where(SystemMetric.host == "web-1")
    assert db.session.scalars(asked).all() == [55.5]


def test_deleting_a_series_deletes_its_samples(two_kinds):
    db.session.delete(db.session.scalars(select(MetricSeries).limit(1)).one())
    db.session.flush()
    assert len(db.session.scalars(select(MetricSample)).all()) == 1


def test_a_sample_needs_its_series(context):
    db.session.add(MetricSample(series_id=4711, at_ms=1, value=1.0))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
