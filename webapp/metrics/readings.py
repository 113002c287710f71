"""One reading is data: a measure says its name, unit, meaning and drawing; a reading its value.

Pure: an agent on another machine builds the same readings without a database.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

Labels = Mapping[str, str]
OWN_SERVICE = "watchkeeper"


class MetricKind(str, Enum):
    """Whether a host or an application is measured."""

    SYSTEM = "system"
    APPLICATION = "application"


class SystemMetricType(str, Enum):
    """What of a machine is measured; `custom` is whatever its owner named."""

    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"
    NETWORK = "network"
    DATABASE = "database"
    CACHE = "cache"
    CUSTOM = "custom"


class ApplicationMetricType(str, Enum):
    """What of an application is measured; `custom` is whatever its makers named."""

    REQUEST = "request"
    RESPONSE_TIME = "response_time"
    ERROR_RATE = "error_rate"
    USER_COUNT = "user_count"
    QUEUE_SIZE = "queue_size"
    TASK_COUNT = "task_count"
    CUSTOM = "custom"


@dataclass(frozen=True)
class Measure:
    """What is measured and how to draw it.

    Measures of the same `chart` share one drawing. `ceiling` is the top of that drawing where the
    unit has one (100 for percent), None where the values decide. Values are rounded to `digits`
    places; negative ones round to tens and hundreds, as in `round`.
    """

    metric_type: SystemMetricType | ApplicationMetricType
    name: str
    unit: str
    label: str
    description: str
    chart: str
    ceiling: float | None = None
    digits: int = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a measure now; `labels` tell two of the same measure apart (a disk's mount)."""

    measure: Measure
    value: float
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Total:
    """A counter that only grows. The reading is what it grew by since the collection before.

    Without `whole` that is the growth of `part` per second; with it, what `part` grew by for each
    one that `whole` grew by, times `scale` (100 for percent).
    """

    measure: Measure
    part: float
    whole: float | None = None
    scale: float = 100
    labels: Labels = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        """What the collection after this one finds it by."""
        if not self.labels:
            return (self.measure.name,)
        return (self.measure.name, *(part for pair in sorted(self.labels.items()) for part in pair))


@dataclass(frozen=True)
class ProcessTable:
    """The processes that use most: {"count", "cpu": [...], "memory": [...]}.

    Each entry has pid, name, user, command, cpu_percent (of one core) and memory_bytes.
    """

    processes: Mapping[str, Any]


@dataclass(frozen=True)
class SeriesKey:
    """What makes a series distinct. `source` is a host or a service; labels are sorted pairs."""

    kind: MetricKind
    metric_type: str
    name: str
    unit: str
    source: str
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of everything above."""
        return _fingerprint(self)


@lru_cache(maxsize=10_000)
def _fingerprint(key: SeriesKey) -> str:
    parts = [key.kind.value, key.metric_type, key.name, key.unit, key.source, key.labels]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Sample:
    """The value of a series at a moment, in milliseconds since 1970 (UTC)."""

    key: SeriesKey
    at_ms: int
    value: float


@dataclass(frozen=True)
class Snapshot:
    """A machine at one moment: percentages, the API's answer time in ms, database connections."""

    cpu_percent: float
    ram_percent: float
    disk_percent: float
    latency_ms: float
    db_connections: int
    db_max_connections: int
    timestamp: datetime


def sample_of(reading: Reading, host: str, at_ms: int) -> Sample:
    """The reading, taken on `host`, as a sample: of the host, or of our own service on it."""
    measure, labels, source = reading.measure, dict(reading.labels), host
    kind = MetricKind.SYSTEM
    if isinstance(measure.metric_type, ApplicationMetricType):
        kind, source, labels = MetricKind.APPLICATION, OWN_SERVICE, labels | {"host": host}
    pairs = tuple(sorted(labels.items()))
    key = SeriesKey(kind, measure.metric_type.value, measure.name, measure.unit, source, pairs)
    return Sample(key, at_ms, reading.value)
