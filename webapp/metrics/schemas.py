"""What the JSON API of metrics takes and gives."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, model_validator

from webapp.core.clock import EPOCH
from webapp.core.jsonapi import Output, Page, PageQuery
from webapp.metrics.readings import ApplicationMetricType, MetricKind, SystemMetricType

Name = Annotated[str, Field(max_length=255)]
Moment = Annotated[AwareDatetime, Field(ge=EPOCH)]
Percent = Annotated[float, Field(ge=0, le=100)]


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


class MetricListResponse(Page[SystemMetricRead | ApplicationMetricRead]):
    """One page of readings, newest first."""


class MetricQuery(PageQuery):
    """Which readings: `from` inclusive, `to` exclusive (RFC 3339); without `from` one hour."""

    kind: MetricKind | None = None
    name: Name | None = None
    host: Name | None = None
    service: Name | None = None
    from_at: Annotated[Moment | None, Field(alias="from")] = None
    to_at: Annotated[Moment | None, Field(alias="to")] = None

    @model_validator(mode="after")
    def _one_source(self) -> "MetricQuery":
        if self.host is not None and self.service is not None:
            raise ValueError("a reading has a host or a service, never both")
        if self.from_at and self.to_at and self.from_at >= self.to_at:
            raise ValueError("from must be before to")
        return self
