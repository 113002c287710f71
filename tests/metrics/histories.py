"""Series with a past, made quickly, and what their samples come to, slowly."""

import threading

from sqlalchemy import insert, select

from webapp.core.db import db
from webapp.metrics import rolling, sealing
from webapp.metrics.models import MetricKind, MetricSample, MetricSeries
from webapp.metrics.pages import summed

DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000
MIDNIGHT = 20_500 * DAY_MS
NOON = MIDNIGHT + DAY_MS // 2


def new_series(name="cpu_percent", host="web-1"):
    """A series without a sample; returns its id."""
    series = MetricSeries(
        fingerprint=f"{name} {host}",
        kind=MetricKind.SYSTEM,
        metric_type="cpu",
        name=name,
        unit="%",
        source=host,
        details={},
    )
    db.session.add(series)
    db.session.flush()
    return series.id


def add(series_id, samples):
    """Store samples that are not there yet, as a recorder does, and commit."""
    series = db.session.get(MetricSeries, series_id)
    known = set(
        db.session.scalars(select(MetricSample.at_ms).where(MetricSample.series_id == series_id))
    )
    rows = [
        {"series_id": series_id, "at_ms": at_ms, "value": value}
        for at_ms, value in dict(samples).items()
        if at_ms not in known
    ]
    if rows:
        db.session.execute(insert(MetricSample), rows)
    moments = [at_ms for at_ms, _ in samples]
    series.newest_ms = max(series.newest_ms or 0, *moments)
    series.unsummed_from_ms = min([m for m in (series.unsummed_from_ms, *moments) if m is not None])
    db.session.commit()


def seal(now_ms):
    """Seal as the job does; how many rows were sealed."""
    return sum(_committed(sealing.seal(now_ms)))


def roll_up(now_ms, horizon_ms=0):
    """Roll up as the job does; how many series had something to sum or fold."""
    return sum(_committed(rolling.roll_up(now_ms, horizon_ms)))


def _committed(steps):
    for count in steps:
        db.session.commit()
        yield count
    db.session.rollback()


def expected(samples, step_ms, from_ms, to_ms):
    """The line that samples make, a bucket or None for each step."""
    by_step = {}
    for at_ms, value in dict(samples).items():
        by_step.setdefault(at_ms // step_ms * step_ms, []).append(value)
    return [
        summed(by_step[at_ms]) if at_ms in by_step else None
        for at_ms in range(from_ms, to_ms, step_ms)
    ]


def at_once(app, *works):
    """Do all `works` at the same time, each in a context of its own; what failed of them."""
    together, failures = threading.Barrier(len(works)), []

    def run(work):
        try:
            with app.app_context():
                together.wait(10)
                work()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures
