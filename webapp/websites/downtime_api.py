"""JSON: downtime-windows/, what-changed/ and uptime/ below /api/monitoring/websites/{id}/."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import abort

from webapp.core import clock, web
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation
from webapp.core.problems import FieldError, invalid
from webapp.websites import downtime_queries, downtimes, portrait
from webapp.websites import downtime_schemas as schemas
from webapp.websites.availability import Availability, Counting, availability, by_day
from webapp.websites.history import periods_of
from webapp.websites.models import DowntimeWindow, Website

blueprint = json_blueprint("downtimes", "/api/monitoring/websites")
MOST_DAYS = timedelta(days=400)


@blueprint.get("/<int:website_id>/downtime-windows/")
@operation(
    "List a website's downtimes, newest first",
    role=Role.VIEWER,
    query=schemas.DowntimeQuery,
    returns=schemas.DowntimeWindowListResponse,
)
def list_downtimes(website_id: int, query: schemas.DowntimeQuery) -> object:
    """One page of downtimes."""
    web.get_or_404(Website, website_id)
    if query.from_ and query.to and query.from_ >= query.to:
        raise invalid(FieldError("to", "This must be later than from."))
    return downtime_queries.get_by_website(
        website_id,
        (query.page - 1) * query.page_size,
        query.page_size,
        since=query.from_,
        until=query.to,
    )


@blueprint.post("/<int:website_id>/downtime-windows/")
@operation(
    "Write down a downtime by hand; it changes no availability",
    role=Role.OPERATOR,
    body=schemas.DowntimeWindowCreate,
    returns=schemas.DowntimeWindowRead,
    status=201,
)
def add_downtime(website_id: int, body: schemas.DowntimeWindowCreate) -> object:
    """The new downtime."""
    web.get_or_404(Website, website_id)
    return downtimes.create(website_id, body.model_dump(), clock.now())


@blueprint.get("/<int:website_id>/downtime-windows/<int:window_id>/")
@operation("Read a downtime", role=Role.VIEWER, returns=schemas.DowntimeWindowRead)
def read_downtime(website_id: int, window_id: int) -> object:
    """One downtime."""
    return _downtime(website_id, window_id)


@blueprint.put("/<int:website_id>/downtime-windows/<int:window_id>/")
@operation(
    "Change a downtime: the fields that are given",
    role=Role.OPERATOR,
    body=schemas.DowntimeWindowUpdate,
    returns=schemas.DowntimeWindowRead,
)
def change_downtime(website_id: int, window_id: int, body: schemas.DowntimeWindowUpdate) -> object:
    """The downtime as it is then."""
    downtime = _downtime(website_id, window_id)
    downtimes.edit(downtime, body.model_dump(exclude_unset=True), clock.now())
    return downtime


@blueprint.delete("/<int:website_id>/downtime-windows/<int:window_id>/")
@operation("Delete a downtime; the availability stays", role=Role.OPERATOR, status=204)
def delete_downtime(website_id: int, window_id: int) -> None:
    """Nothing is left of it but the periods."""
    downtimes.remove(_downtime(website_id, window_id))


@blueprint.get("/<int:website_id>/what-changed/")
@operation(
    "What differs between the last good check and the first bad one of a downtime",
    role=Role.VIEWER,
    query=schemas.WhatChangedQuery,
    returns=schemas.WhatChanged,
)
def read_what_changed(website_id: int, query: schemas.WhatChangedQuery) -> object:
    """Of the newest downtime, or of the one that is named."""
    web.get_or_404(Website, website_id)
    named = query.downtime_window_id
    newest = None if named else downtime_queries.get_by_website(website_id, 0, 1)[0]
    downtime = _downtime(website_id, named) if named else next(iter(newest or ()), None)
    found = portrait.turn(downtime) if downtime else None
    return {
        "website_id": website_id,
        "downtime_window_id": downtime.id if downtime else None,
        "last_good_check": found.good if found else None,
        "first_bad_check": found.bad if found else None,
        "changes": found.changes if found else [],
    }


@blueprint.get("/<int:website_id>/uptime/")
@operation(
    "How much of a time a website was up, weighted by time",
    role=Role.VIEWER,
    query=schemas.UptimeQuery,
    returns=schemas.UptimeRead,
)
def read_uptime(website_id: int, query: schemas.UptimeQuery) -> object:
    """The uptime of a window, with the days of a time zone if they are asked for."""
    web.get_or_404(Website, website_id)
    now, zone = clock.now(), ZoneInfo(query.zone)
    since, until = _window(query, zone, now)
    found = periods_of([website_id], since, until)[website_id]
    sides = Counting(query.maintenance, query.unknown).sides
    days = [
        schemas.UptimeDay(date=day, **_figures(figures).model_dump())
        for day, figures in (by_day(found, since, until, zone, **sides) if query.days else ())
    ]
    return schemas.UptimeRead(
        **_figures(availability(found, since, until, **sides)).model_dump(),
        website_id=website_id,
        since=since,
        until=until,
        zone=query.zone,
        days=days if query.days else None,
    )


def _window(query: schemas.UptimeQuery, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """The time that is asked about; what is still to come is left out."""
    until = min(_moment(query.to, zone) or now, now)
    since = _moment(query.from_, zone) or until - timedelta(hours=query.hours or 24)
    if since >= until:
        raise invalid(FieldError("from", "This must be earlier than to, and than now."))
    if query.days and until - since > MOST_DAYS:
        raise invalid(FieldError("days", "Days are given of 400 days at most."))
    return since, until


def _moment(given: datetime | date | None, zone: ZoneInfo) -> datetime | None:
    if given is None or isinstance(given, datetime):
        return given
    return datetime.combine(given, time(), zone).astimezone(UTC)


def _figures(found: Availability) -> schemas.UptimeFigures:
    return schemas.UptimeFigures(
        uptime_percentage=found.percent,
        coverage_percentage=found.coverage_percent,
        seconds=found.seconds,
    )


def _downtime(website_id: int, window_id: int) -> DowntimeWindow:
    downtime = web.get_or_404(DowntimeWindow, window_id)
    return downtime if downtime.website_id == website_id else abort(404)
