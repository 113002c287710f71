"""Record what was measured."""

import math
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import bindparam, case, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.activity import actions as activity
from webapp.activity.models import ActivityType
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import FieldError, invalid
from webapp.metrics import recording, system
from webapp.metrics.catalogue import SOURCES
from webapp.metrics.collection import Collection, Notebook, collect
from webapp.metrics.models import MetricSample, MetricSeries
from webapp.metrics.readings import Sample, SeriesKey, sample_of

log = structlog.get_logger(__name__)


def collect_machine(before: Notebook, now: datetime) -> Collection:
    """Read this machine, its database and its Redis, and record the readings at `now`.

    A source that begins to fail is written into the diary once, and stops no other.
    """
    found = collect(SOURCES, before, time.monotonic())
    host, at_ms = system.host_name(), clock.to_ms(now)
    record_samples([sample_of(reading, host, at_ms) for reading in found.readings])
    for source, why in found.newly_failing.items():
        _tell_failure(host, source, why)
    for source in found.recovered:
        log.info("a source can be measured again", source=source, host=host)
    return found


def _tell_failure(host: str, source: str, why: str) -> None:
    log.warning("a source cannot be measured", source=source, host=host, why=why)
    activity.record(
        ActivityType.SYSTEM_WARNING,
        f"{source[:1].upper() + source[1:]} of {host} cannot be measured: {why}",
        details={"source": source, "host": host, "error": why},
    )


def record_samples(samples: Sequence[Sample]) -> int:
    """Store `samples`, making the series that are new; return how many were not there yet.

    A sample of a series and moment that is already stored changes nothing. A value that is not a
    finite number is refused, and nothing is stored then.
    """
    _refuse_what_is_no_number(samples)
    return recording.record(samples).new if samples else 0


def _refuse_what_is_no_number(samples: Sequence[Sample]) -> None:
    wrong = [i for i, sample in enumerate(samples) if not math.isfinite(sample.value)]
    if wrong:
        raise invalid(*(FieldError(f"{i}.value", "Send a finite number.") for i in wrong))
