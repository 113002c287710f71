"""The monitor's own health as JSON."""

from dataclasses import asdict
from typing import Any

from webapp.core import clock
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation
from webapp.selfcheck import queries
from webapp.selfcheck.health import judge, sentence
from webapp.selfcheck.schemas import HealthRead, StatusRead
from webapp.websites.queries import websites_summary

blueprint = json_blueprint("selfcheck", "/api/monitoring")


@blueprint.get("/health/")
@operation("Say whether the monitor itself is well", role=Role.VIEWER, returns=HealthRead)
def health() -> dict[str, Any]:
    """The verdict in words."""
    found = queries.monitor(clock.now())
    verdict = judge(found.facts)
    return asdict(verdict) | {"message": sentence(found.facts, verdict)}


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
