"""Pages of machines: all of them at a glance, and one with its charts and its processes."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, request

from webapp.config import Settings
from webapp.core import clock, htmx
from webapp.core.access import Role, needs
from webapp.core.problems import Problem
from webapp.metrics import glance, host_queries, queries, series_queries
from webapp.metrics.asked import BAD_ADDRESS, PAGE_SIZE, HostListQuery, asked
from webapp.metrics.host_queries import HostQuery
from webapp.metrics.ranges import FAR_MS
from webapp.metrics.source_pages import chart_answer, charts_context, series_page

NEAR_MS = 120_000  # a list of processes that is further away says nothing about a moment

blueprint = Blueprint("metrics", __name__, url_prefix="/machines")


@blueprint.get("/")
@needs(Role.VIEWER)
def index() -> Response:
    """All machines, one row each."""
    now, query = clock.now(), asked(HostListQuery)
    version = host_queries.hosts_version(now)
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    skip = (query.page - 1) * PAGE_SIZE
    wanted = HostQuery(query.q, query.state, query.order, skip, PAGE_SIZE)
    hosts, total = host_queries.hosts_at_a_glance(wanted, now)
    settings: Settings = current_app.extensions["settings"]
    return htmx.render(
        "metrics/index.html",
        "machine_list",
        hosts=hosts,
        total=total,
        page_size=PAGE_SIZE,
        query=query,
        version=version,
        own_url=settings.base_url,
    )


@blueprint.get("/<source:host>")
@needs(Role.VIEWER)
def show(host: str) -> Response:
    """One machine: its newest values, its charts over the range asked for, its processes."""
    now = clock.now()
    version = queries.metrics_version(now)
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    machines = queries.machine_cards(now, host)
    context: dict[str, Any] = {
        "host": host,
        "machines": machines,
        "version": version,
        "stale_after_s": queries.stale_after_s(),
    }
    if not htmx.block_wanted():
        context |= charts_context(series_queries.host(host)) | _processes(host, None)
        context |= {"facts": host_queries.host_facts(host), "about": glance.about}
        if not context["sections"] and context["facts"] is None:
            raise Problem(404, "There is no such machine.")
    return htmx.render("metrics/show.html", "machine", **context)


@blueprint.get("/<source:host>/charts/<source:chart>")
@needs(Role.VIEWER)
def chart(host: str, chart: str) -> Response:
    """The lines of one chart as JSON, for the script that draws it."""
    return chart_answer(series_queries.host(host), chart)


@blueprint.get("/<source:host>/series")
@needs(Role.VIEWER)
def series(host: str) -> Response:
    """All that is measured of a machine, or one chart of it, large, with its table."""
    return series_page(series_queries.host(host), "metrics/series.html")


@blueprint.get("/<source:host>/processes")
@needs(Role.VIEWER)
def processes(host: str) -> Response:
    """What ran on a machine: now, or at the moment `at` (milliseconds since 1970)."""
    text = request.args.get("at", "")
    if text and not (text.isascii() and text.isdigit() and int(text[:20]) <= FAR_MS):
        raise Problem(400, BAD_ADDRESS)
    found = _processes(host, int(text) if text else None)
    if (answer := htmx.nothing_new(found["processes_version"])) is not None:
        return answer
    return htmx.render("metrics/processes.html", "processes", host=host, **found)


def _processes(host: str, at_ms: int | None) -> dict[str, Any]:
    found = host_queries.process_list(host, at_ms)
    asked_at = _moment(at_ms)
    if found is not None and at_ms is not None and abs(found.at_ms - at_ms) > NEAR_MS:
        found = None
    return {
        "found": found,
        "found_at": _moment(found.at_ms) if found else None,
        "asked_at": asked_at,
        "processes_version": found.at_ms if found else 0,
    }


def _moment(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else clock.from_ms(at_ms)
