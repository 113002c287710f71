"""The monitor's own health as JSON."""

from dataclasses import asdict
from typing import Any

from flask import Response

from webapp.core import clock
from webapp.core.access import Role
from webapp.core.db import db
from webapp.core.jsonapi import json_blueprint, operation
from webapp.selfcheck import absence, queries, stocktaking
from webapp.selfcheck.components import API, WEB, in_order, shown
from webapp.selfcheck.health import FAILED, judge, sentence
from webapp.selfcheck.queries import Monitor
from webapp.selfcheck.schemas import ComponentRead, HealthRead, StatusRead
from webapp.websites.queries import websites_summary

blueprint = json_blueprint("selfcheck", "/api/monitoring")
absence.watch(blueprint)


@blueprint.get("/health/")
@operation("Say how each part of the monitor is", role=Role.VIEWER, returns=HealthRead)
def health() -> Response | dict[str, Any]:
    """The verdict in words and every part with its past; 503 when the monitor has failed."""
    now = clock.now()
    found = queries.monitor(now)
    verdict = judge(found.facts)
    document = asdict(verdict) | {
        "message": sentence(found.facts, verdict),
        "components": _components(found),
    }
    if verdict.status != FAILED:
        return document
    body = HealthRead.model_validate(document).model_dump_json()
    headers = {"Cache-Control": "no-store"}
    return Response(body, verdict.http_status, headers, content_type="application/json")


@blueprint.get("/status/")
@operation("Describe the monitor's parts in numbers", role=Role.VIEWER, returns=StatusRead)
def status() -> dict[str, Any]:
    """Queues, workers, schedulers, sizes and websites by status."""
    now = clock.now()
    found = queries.monitor(now)
    free, total = queries.disk_free()
    force = found.workforce
    return {
        "status": judge(found.facts).status,
        "components": {part.component: part.state for part in _components(found)},
        "database_ms": found.facts.database_ms,
        "database_bytes": queries.database_bytes(),
        "redis_ms": found.facts.redis_ms,
        "redis_bytes": force.redis_bytes if force else None,
        "disk_free_bytes": free,
        "disk_total_bytes": total,
        "websites": websites_summary(now).counts,
        "queues": force.queues if force else [],
        "workers": [asdict(w) | {"is_late": w.is_late(now)} for w in force.workers]
        if force
        else [],
        "schedulers": force.schedulers if force else [],
    }


def _components(found: Monitor) -> list[ComponentRead]:
    now = clock.now()
    standings = stocktaking.take_stock(found.facts, now)
    db.session.commit()
    return [
        ComponentRead.model_validate(shown(standing, now, (WEB, API)))
        for standing in in_order(standings)
    ]
