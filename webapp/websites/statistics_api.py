"""JSON: /api/monitoring/websites/{website_id}/statistics/."""

from datetime import datetime, timedelta

from webapp.core import clock, web
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation
from webapp.core.problems import FieldError, invalid
from webapp.websites import history
from webapp.websites import statistics_schemas as schemas
from webapp.websites.models import Website

blueprint = json_blueprint("website_statistics", "/api/monitoring/websites")


@blueprint.get("/<int:website_id>/statistics/")
@operation(
    "Counts, and p50, p95 and p99 of each phase, over any time up to years",
    role=Role.VIEWER,
    query=schemas.StatisticsQuery,
    returns=schemas.StatisticsRead,
)
def read_statistics(website_id: int, query: schemas.StatisticsQuery) -> object:
    """What the checks of that time come to."""
    web.get_or_404(Website, website_id)
    now = clock.now()
    asked = history.window(*_window(query, now))
    found = history.summary(website_id, asked, now)
    timed = found.sketches["total"].count
    return {
        "website_id": website_id,
        "since": asked.since,
        "until": asked.until,
        "checks_count": found.checks,
        "mean_ms": found.sum_ms / timed if timed else None,
        "lowest_ms": found.lowest_ms,
        "highest_ms": found.highest_ms,
        **{f"{status.lower()}_count": count for status, count in found.counts.items()},
        **history.times_of(found),
    }


def _window(query: schemas.StatisticsQuery, now: datetime) -> tuple[datetime, datetime]:
    until = min(query.to or now, now)
    since = query.from_ or until - timedelta(hours=query.hours or 24)
    if since >= until:
        raise invalid(FieldError("from", "This must be earlier than to, and than now."))
    return since, until
