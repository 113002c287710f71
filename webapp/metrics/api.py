"""Metrics as JSON."""

from collections.abc import Sequence
from datetime import timedelta
from operator import add
from typing import Any

import orjson
from flask import Response

from webapp.core import clock
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation
from webapp.core.problems import FieldError, Problem, invalid
from webapp.metrics import answers, queries
from webapp.metrics.aggregated import MOST_POINTS, Aggregated, Numbers, Stretch, aggregated, stretch
from webapp.metrics.models import Metric
from webapp.metrics.readings import ApplicationMetricType, MetricKind, Snapshot, SystemMetricType
from webapp.metrics.schemas import MetricListResponse, MetricQuery, SystemMetrics
from webapp.metrics.selection import Wanted, series_between

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
    "List readings, newest first, or series over time",
    role=Role.VIEWER,
    query=MetricQuery,
    returns=MetricListResponse,
)
def list_metrics(query: MetricQuery) -> Response | tuple[Sequence[Metric], int]:
    """Readings of all types, of the last hour unless `from` says otherwise."""
    return _metrics(query, None)


@blueprint.get("/<metric_type>/")
@operation(
    "List readings of one type, newest first, or its series over time",
    role=Role.VIEWER,
    query=MetricQuery,
    returns=MetricListResponse,
)
def list_metrics_of_type(
    metric_type: str, query: MetricQuery
) -> Response | tuple[Sequence[Metric], int]:
    """Readings of one type, of the last hour unless `from` says otherwise."""
    if metric_type not in TYPES:
        raise Problem(404, f"There is no such type. The types are {', '.join(TYPES)}.")
    return _metrics(query, metric_type)


def _metrics(
    query: MetricQuery, metric_type: str | None
) -> Response | tuple[Sequence[Metric], int]:
    now = clock.now()
    to_at = query.to_at or now + timedelta(milliseconds=1)
    from_at = query.from_at or max(to_at - DEFAULT_SPAN, clock.EPOCH)
    wanted = _wanted(query, metric_type)
    if query.step is not None:
        over = stretch(
            clock.to_ms(from_at), clock.to_ms(to_at), query.step * 1000, clock.to_ms(now)
        )
        return _timelines(query, wanted, over)
    if wanted is None:
        return [], 0
    return queries.metrics(
        from_at=from_at,
        to_at=to_at,
        limit=query.page_size,
        offset=(query.page - 1) * query.page_size,
        labels=wanted.labels,
        kind=wanted.kind,
        metric_type=wanted.metric_type,
        name=wanted.name,
        source=wanted.source,
    )


def _wanted(query: MetricQuery, metric_type: str | None) -> Wanted | None:
    """What the query asks for; None when nothing can be both a host's and a service's."""
    kind = query.kind
    if query.host is not None or query.service is not None:
        named = MetricKind.SYSTEM if query.host is not None else MetricKind.APPLICATION
        if kind not in (None, named):
            return None
        kind = named
    return Wanted(kind, metric_type, query.name, query.host or query.service, query.wanted_labels)


def _timelines(query: MetricQuery, wanted: Wanted | None, over: Stretch) -> Response:
    if over.points > MOST_POINTS:
        why = f"This makes {over.points} points; take a step that makes at most {MOST_POINTS}."
        raise invalid(FieldError("step", why))
    rows: Sequence[Any] = ()
    total = 0
    if wanted is not None:
        skip = (query.page - 1) * query.page_size
        rows, total = series_between(wanted, over.from_ms, limit=query.page_size, offset=skip)
    aggregate = query.aggregate or "mean"
    found = aggregated([row.id for row in rows], over, aggregate)
    moments = [
        b"[%d," % (found.from_ms + number * found.step_ms)
        for number in range(len(next(iter(found.lines.values()), ())))
    ]
    items = [_timeline(row, found, aggregate, moments) for row in rows]
    page = {"items": items, "total": total, "page": query.page, "page_size": query.page_size}
    # Not through the model: a page may hold a million points.
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(page), 200, headers, content_type="application/json")


def _points(line: Numbers, moments: Sequence[bytes]) -> orjson.Fragment:
    """Pairs of moment and number, written together from what writes each: a tenth of the time."""
    numbers = orjson.dumps(line)[1:-1].split(b",")
    return orjson.Fragment(b"[" + b"],".join(map(add, moments, numbers)) + b"]]")


def _timeline(
    row: Any, found: Aggregated, aggregate: str, moments: Sequence[bytes]
) -> dict[str, Any]:
    step = found.step_ms
    source = "host" if row.kind is MetricKind.SYSTEM else "service"
    series = {"id": row.id, "kind": row.kind, "metric_type": row.metric_type, "name": row.name}
    series |= {"unit": row.unit, source: row.source, "details": row.details}
    return {
        "series": series,
        "tier": found.tier,
        "step_s": step // 1000 if step % 1000 == 0 else step / 1000,
        "aggregate": aggregate,
        "points": _points(found.lines[row.id], moments),
    }
