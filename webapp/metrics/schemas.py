"""What the JSON API of metrics takes and gives."""

import re
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from webapp.core.clock import EPOCH
from webapp.core.jsonapi import Output, Page, PageQuery
from webapp.metrics.readings import ApplicationMetricType, MetricKind, SystemMetricType

Name = Annotated[str, Field(max_length=255)]
Moment = Annotated[AwareDatetime, Field(ge=EPOCH)]
Percent = Annotated[float, Field(ge=0, le=100)]
Label = Annotated[str, Field(max_length=300)]
Aggregate = Literal["mean", "min", "max", "sum", "count", "p50", "p95", "p99", "last"]
MOST_LABELS = 16
LONGEST_STEP_S = 64 * 86_400
SPAN = re.compile(r"(\d{1,8})(s|m|h|d)?")
SPAN_S = {None: 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def _seconds(text: Any) -> Any:
    """Seconds that `90`, `90s`, `5m`, `1h` or `1d` say."""
    if not isinstance(text, str):
        return text
    said = SPAN.fullmatch(text.strip())
    if said is None:
        raise ValueError("write a step in seconds, or as 30s, 5m, 1h or 1d")
    return int(said[1]) * SPAN_S[said[2]]


class SystemMetrics(Output):
    """The machine now. `latency_ms` is how long this very request took the API so far."""

    cpu_percent: Percent
    ram_percent: Percent
    disk_percent: Percent
    latency_ms: Annotated[float, Field(ge=0)]
    db_connections: Annotated[int, Field(ge=0)]
    db_max_connections: Annotated[int, Field(gt=0)]
    timestamp: datetime


class SystemMetricRead(Output):
    """A reading of a machine."""

    kind: Literal[MetricKind.SYSTEM]
    metric_type: SystemMetricType
    name: str
    value: float
    unit: str
    timestamp: datetime
    host: str
    details: dict[str, Any]


class ApplicationMetricRead(Output):
    """A reading of an application."""

    kind: Literal[MetricKind.APPLICATION]
    metric_type: ApplicationMetricType
    name: str
    value: float
    unit: str
    timestamp: datetime
    service: str
    details: dict[str, Any]


class SeriesRead(Output):
    """What is measured: of a host or of a service, told from its like by `details`."""

    id: int
    kind: MetricKind
    metric_type: str
    name: str
    unit: str
    host: str | None = None
    service: str | None = None
    details: dict[str, Any]


class TimelineRead(Output):
    """A series over time: `points` are [milliseconds since 1970, value or null].

    `tier` is what they were read from, `step_s` how long a step turned out to be.
    """

    series: SeriesRead
    tier: Literal["raw", "minute", "hour", "day"]
    step_s: float
    aggregate: str
    points: list[tuple[int, float | None]]


class MetricListResponse(Page[SystemMetricRead | ApplicationMetricRead | TimelineRead]):
    """One page of readings, newest first; with `step` one page of series over time."""


class MetricQuery(PageQuery):
    """Which readings: `from` inclusive, `to` exclusive (RFC 3339); without `from` one hour.

    With `step` (60, 60s, 5m, 1h, 1d) a timeline of each series instead, by `aggregate`.
    """

    several: ClassVar[tuple[str, ...]] = ("label",)

    kind: MetricKind | None = None
    name: Name | None = None
    host: Name | None = None
    service: Name | None = None
    label: Annotated[list[Label], Field(max_length=MOST_LABELS)] = []
    labels: Annotated[str, Field(max_length=4000)] = ""
    from_at: Annotated[Moment | None, Field(alias="from")] = None
    to_at: Annotated[Moment | None, Field(alias="to")] = None
    step: Annotated[int | None, BeforeValidator(_seconds), Field(ge=1, le=LONGEST_STEP_S)] = None
    aggregate: Aggregate | None = None

    @field_validator("label")
    @classmethod
    def _are_pairs(cls, value: list[str]) -> list[str]:
        if not all(":" in one and one.partition(":")[0] for one in value):
            raise ValueError("write a label as key:value")
        return value

    @field_validator("labels")
    @classmethod
    def _are_all_pairs(cls, value: str) -> str:
        pairs = [one for one in value.split(",") if one]
        if len(pairs) > MOST_LABELS:
            raise ValueError(f"at most {MOST_LABELS} labels")
        if not all(one.partition("=")[0] and "=" in one for one in pairs):
            raise ValueError("write labels as key=value,key=value")
        return value

    @field_validator("to_at")
    @classmethod
    def _ends_after(cls, value: datetime | None, info: ValidationInfo) -> datetime | None:
        begins = info.data.get("from_at")
        if value and begins and begins >= value:
            raise ValueError("from must be before to")
        return value

    @field_validator("aggregate")
    @classmethod
    def _has_a_step(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and "step" in info.data and info.data["step"] is None:
            raise ValueError("give a step, too: it is what the aggregate is of")
        return value

    @model_validator(mode="after")
    def _one_source(self) -> "MetricQuery":
        if self.host is not None and self.service is not None:
            raise ValueError("a reading has a host or a service, never both")
        return self

    @property
    def wanted_labels(self) -> dict[str, str]:
        """The labels from both parameters."""
        pairs = [one.partition("=") for one in self.labels.split(",") if one]
        pairs += [one.partition(":") for one in self.label]
        return {key.strip(): value.strip() for key, _, value in pairs}
