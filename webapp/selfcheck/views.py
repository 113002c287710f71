"""`/healthz`, `/metrics` and the health page with its panels."""

from dataclasses import asdict, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson
from flask import Blueprint, Response, flash, render_template, request, url_for
from jinja2.filters import do_filesizeformat
from prometheus_client import CONTENT_TYPE_LATEST
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from webapp.core import clock, htmx
from webapp.core.access import Role, needs, public
from webapp.core.db import db
from webapp.core.workforce import FailedJob, failed_jobs, failed_version, impatient_redis
from webapp.selfcheck import absence, actions, queries, stocktaking
from webapp.selfcheck.components import WEB, Standing, in_order, shown
from webapp.selfcheck.exposition import exposition
from webapp.selfcheck.health import OK, Facts, judge, look, sentence
from webapp.selfcheck.queries import Monitor

PAGE = "selfcheck/index.html"
PAGE_SIZE = 20
# What is known of failed jobs while Redis does not answer; it is not asked, and waited for, again.
NO_JOBS: dict[str, Any] = {"jobs": None, "total": 0, "page": 1, "page_size": PAGE_SIZE}

blueprint = Blueprint("selfcheck", __name__)
absence.watch(blueprint)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """One line of JSON; 503 when the database or Redis does not answer."""
    now = clock.now()
    facts = queries.monitor(now).facts
    verdict = judge(facts)
    _note(facts, now)
    body = orjson.dumps(asdict(verdict)) + b"\n"
    headers = {"Cache-Control": "no-store"}
    return Response(body, verdict.http_status, headers, content_type="application/json")


@blueprint.get("/metrics")
@needs(Role.VIEWER)
def metrics() -> Response:
    """The Prometheus exposition."""
    return Response(exposition(clock.now()), content_type=CONTENT_TYPE_LATEST)


@blueprint.get("/selfcheck/")
@needs(Role.VIEWER)
def index() -> Response:
    """The whole page."""
    return _panel("monitor_health")


@blueprint.get("/selfcheck/health")
@needs(Role.VIEWER)
def monitor_health() -> Response:
    """Is the monitor well, and how large has it grown."""
    return _panel("monitor_health")


@blueprint.get("/selfcheck/queues")
@needs(Role.VIEWER)
def queues() -> Response:
    """What waits, and since when."""
    return _panel("queues")


@blueprint.get("/selfcheck/workers")
@needs(Role.VIEWER)
def workers() -> Response:
    """Who works, on what, and who stopped reporting."""
    return _panel("workers")


@blueprint.get("/selfcheck/failed-jobs")
@needs(Role.VIEWER)
def failed() -> Response:
    """Which jobs failed, and why."""
    return _panel("failed_jobs")


@blueprint.post("/selfcheck/jobs/<job_id>/retry")
@needs(Role.OPERATOR)
def retry(job_id: str) -> Response:
    """Put a failed job back on its queue."""
    actions.retry_job(job_id)
    db.session.commit()
    return _done("The job is back on its queue.")


@blueprint.post("/selfcheck/jobs/<job_id>/delete")
@needs(Role.OPERATOR)
def delete(job_id: str) -> Response:
    """Delete a failed job."""
    actions.delete_job(job_id)
    db.session.commit()
    return _done("The failed job is deleted.")


@blueprint.get("/selfcheck/failed-jobs/delete")
@needs(Role.OPERATOR)
def confirm_delete_all() -> Response:
    """Ask before all failed jobs are deleted."""
    return Response(render_template("selfcheck/delete_all.html"))


@blueprint.post("/selfcheck/failed-jobs/delete")
@needs(Role.OPERATOR)
def delete_all() -> Response:
    """Delete all failed jobs."""
    count = actions.delete_failed_jobs()
    db.session.commit()
    flash(f"{count} failed jobs are deleted.", "success")
    return htmx.redirect(url_for("selfcheck.index"))


def _note(facts: Facts, now: datetime) -> None:
    """Store what has changed: while Redis is away no job can, and load balancers ask all day."""
    try:
        stocktaking.take_stock(facts, now)
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()


def _panel(block: str) -> Response:
    context = _context()
    version = context["versions"][block]
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    if block == "failed_jobs" or not htmx.block_wanted():
        page = request.args.get("page", 1, type=int)
        context |= _failed_context(page) if context["force"] else NO_JOBS
    return htmx.render(PAGE, block, 200, **context)


def _done(message: str) -> Response:
    if htmx.block_wanted():
        return htmx.render(PAGE, "failed_jobs", 200, **_context(), **_failed_context(1))
    flash(message, "success")
    return htmx.redirect(url_for("selfcheck.index"))


def _context() -> dict[str, Any]:
    now = clock.now()
    found = queries.monitor(now)
    verdict = judge(found.facts)
    force = found.workforce
    shown: dict[str, Any] = {
        "title": sentence(found.facts, verdict),
        "look": look(found.facts, verdict),
        "parts": _parts(found, now),
        "sizes": _sizes(force.redis_bytes if force else None),
    }
    versions = {
        "monitor_health": _digest(shown | {"parts": [_without_time(p) for p in shown["parts"]]}),
        "queues": _digest(force.queues if force else None),
        "workers": _digest((force.workers, force.schedulers, found.facts.late_workers))
        if force
        else "",
        "failed_jobs": _failed_version() if force else "",
    }
    return shown | {"force": force, "moment": now, "versions": versions}


def _parts(found: Monitor, now: datetime) -> list[Standing]:
    standings = stocktaking.take_stock(found.facts, now)
    db.session.commit()
    return [_calm(shown(standing, now, (WEB,))) for standing in in_order(standings)]


def _calm(part: Standing) -> Standing:
    """As it is shown: the time of the probe in tens, and of an error only once it is over."""
    rounded = part.probe_ms and max(10, round(part.probe_ms, -1))
    at = part.last_error_at if part.state == OK else None
    return replace(part, checked_at=None, probe_ms=rounded, last_error_at=at)


def _without_time(part: Standing) -> Standing:
    """A panel is not drawn anew for a few milliseconds; a slow answer changes the state."""
    return replace(part, probe_ms=None)


def _sizes(redis_bytes: int | None) -> dict[str, str]:
    free, total = queries.disk_free()
    database = queries.database_bytes()
    return {
        "Size of the database": _size(database),
        "Redis memory": _size(redis_bytes),
        "Free on the disk of DATA_DIR": f"{_size(free)} of {_size(total)}",
    }


def _size(count: int | None) -> str:
    """In whole MiB below a GiB: a panel is not drawn anew for a few bytes."""
    if count is None:
        return "–"
    return do_filesizeformat(count, True) if count >= 1 << 30 else f"{count / (1 << 20):.0f} MiB"


def _failed_version() -> str:
    try:
        return _digest(failed_version(impatient_redis()))
    except RedisError:
        return ""


def _failed_context(page: int) -> dict[str, Any]:
    page = max(page, 1)
    jobs: list[FailedJob] | None
    try:
        jobs, total = failed_jobs(impatient_redis(), offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    except RedisError:
        jobs, total = None, 0
    return {"jobs": jobs, "total": total, "page": page, "page_size": PAGE_SIZE}


def _digest(shown: object) -> str:
    return blake2b(repr(shown).encode(), digest_size=8).hexdigest()
