"""Metrics as JSON."""

from collections.abc import Sequence
from datetime import timedelta

from webapp.core import clock
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation
from webapp.core.problems import Problem
from webapp.metrics import answers, queries
from webapp.metrics.models import Metric
from webapp.metrics.readings import ApplicationMetricType, MetricKind, Snapshot, SystemMetricType
from webapp.metrics.schemas import MetricListResponse, MetricQuery, SystemMetrics

DEFAULT_SPAN = timedelta(hours=1)
TYPES = list(
    dict.fromkeys(m.value for enum in (SystemMetricType, ApplicationMetricType) for m in enum)
)

live_blueprint = json_blueprint("system", "/api/system/metrics")
blueprint = json_blueprint("metrics", "/api/monitoring/metrics")


@live_blueprint.get("")
@operation("Read this machine now", role=Role.VIEWER, returns=SystemMetrics)
def read_system_metrics() -> Snapshot:
    """CPU, memory, disk, answer time and database connections at this moment."""
    return queries.system_snapshot(clock.now(), answers.elapsed_ms)


@blueprint.get("/")
@operation(
    "List readings, newest first", role=Role.VIEWER, query=MetricQuery, returns=MetricListResponse
)
def list_metrics(query: MetricQuery) -> tuple[Sequence[Metric], int]:
    """Readings of all types, of the last hour unless `from` says otherwise."""
    return _metrics(query, None)


@blueprint.get("/<metric_type>/")
@operation(
    "List readings of one type, newest first",
    role=Role.VIEWER,
    query=MetricQuery,
    returns=MetricListResponse,
)
def list_metrics_of_type(metric_type: str, query: MetricQuery) -> tuple[Sequence[Metric], int]:
    """Readings of one type, of the last hour unless `from` says otherwise."""
    if metric_type not in TYPES:
        raise Problem(404, f"There is no such type. The types are {', '.join(TYPES)}.")
    return _metrics(query, metric_type)


def _metrics(query: MetricQuery, metric_type: str | None) -> tuple[Sequence[Metric], int]:
    to_at = query.to_at or clock.now() + timedelta(milliseconds=1)
    kind = query.kind
    if query.host is not None or query.service is not None:
        named = MetricKind.SYSTEM if query.host is not None else MetricKind.APPLICATION
        if kind not in (None, named):
            return [], 0
        kind = named
    return queries.metrics(
        from_at=query.from_at or max(to_at - DEFAULT_SPAN, clock.EPOCH),
        to_at=to_at,
        limit=query.page_size,
        offset=(query.page - 1) * query.page_size,
        kind=kind,
        metric_type=metric_type,
        name=query.name,
        source=query.host or query.service,
    )
