"""Faults of disks that fill: from stored samples to the fault, and to its end."""

from datetime import timedelta

import pytest

from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.judging_disks import EVERY_MS, judge_disks
from webapp.issues.models import Fault
from webapp.metrics import actions, rolling
from webapp.metrics.models import MetricKind, MetricSeries
from webapp.metrics.readings import Sample, SeriesKey

NOW = clock.now()
NOW_MS = clock.to_ms(NOW)
HOUR_MS = 3_600_000
LOOK = timedelta(milliseconds=EVERY_MS)


def store(value_at, name="disk_percent", mount="/srv", until_ms=NOW_MS):
    """Twelve hours of readings, one each five minutes; `value_at` knows the hour."""
    key = SeriesKey(MetricKind.SYSTEM, "disk", name, "%", "db1", (("mount", mount),))
    moments = range(until_ms - 12 * HOUR_MS, until_ms, 300_000)
    hours = [(at - moments[0]) / HOUR_MS for at in moments]
    samples = [Sample(key, at, value_at(hour)) for at, hour in zip(moments, hours, strict=True)]
    actions.record_samples(samples)
    for _ in rolling.roll_up(until_ms, until_ms - 48 * HOUR_MS):
        db.session.commit()
    db.session.commit()


def judge(now=NOW):
    judge_disks(now)
    db.session.commit()
    db.session.expire_all()
    rows = db.session.scalars(db.select(Fault).order_by(Fault.id))
    return [(row.severity.value, row.is_ongoing) for row in rows]


@pytest.mark.parametrize(
    ("start", "per_hour", "severity"),
    [(60, 0.1, None), (80, 0.3, "warning"), (80, 0.6, "error"), (80, 1.4, "critical")],
)
def test_a_disk_that_fills_is_a_fault_as_bad_as_it_is_near(context, start, per_hour, severity):
    store(lambda hour: start + per_hour * hour)
    assert judge() == ([(severity, True)] if severity else [])


def test_it_says_which_disk_and_when(context):
    store(lambda hour: 80 + 0.6 * hour)
    judge()
    found = db.session.scalars(db.select(Fault)).one()
    assert (found.error_code, found.host) == ("DISK_FULL_FORECAST", "db1")
    assert found.description.startswith("/srv of db1 fills up.\nIt will have no space left in ")
    assert found.context["mount"] == "/srv"


def test_places_for_files_run_out_too(context):
    store(lambda hour: 80 + 0.6 * hour, name="inodes_percent")
    judge()
    assert "no places for files left" in db.session.scalars(db.select(Fault.description)).one()


def test_a_disk_that_was_emptied_ends_its_fault(context):
    store(lambda hour: 80 + 0.6 * hour)
    judge()
    later_ms = NOW_MS + 12 * HOUR_MS
    store(lambda _hour: 40.0, until_ms=later_ms)
    assert judge(clock.from_ms(later_ms)) == [("error", False)]


def test_a_disk_that_is_not_read_any_more_stays_as_it_was(context):
    store(lambda hour: 80 + 0.6 * hour)
    judge()
    assert judge(NOW + timedelta(hours=5)) == [("error", True)]


def test_it_looks_every_ten_minutes_and_asks_one_thing_in_between(context):
    store(lambda hour: 80 + 0.6 * hour)
    judge()
    db.session.execute(db.delete(Fault))
    db.session.commit()
    with count_statements(context) as asked:
        judge_disks(NOW + LOOK / 2)
    assert len(asked) == 1
    judge_disks(NOW + LOOK)
    assert db.session.query(Fault).count() == 1


def test_a_host_that_was_forgotten_ends_its_faults(context):
    store(lambda hour: 80 + 0.6 * hour)
    judge()
    db.session.execute(db.delete(MetricSeries))
    db.session.commit()
    assert judge(NOW + LOOK) == [("error", False)]
