"""Pages: the downtimes of a website, and one of them with its form."""

from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for

from webapp.core import clock, htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.websites import downtime_queries, downtimes
from webapp.websites.downtime_forms import DowntimeForm, as_typed, shown
from webapp.websites.models import DowntimeWindow, Website

blueprint = Blueprint("downtimes", __name__, url_prefix="/websites")
PAGE_SIZE = 50


@blueprint.get("/<int:website_id>/downtimes")
@needs(Role.VIEWER)
def index(website_id: int) -> Response:
    """The downtimes of a website, newest first."""
    website = web.get_or_404(Website, website_id)
    page = request.args.get("page", 1, type=int)
    page = page if 1 <= page <= 1_000_000 else 1
    found, total = downtime_queries.get_by_website(website_id, (page - 1) * PAGE_SIZE, PAGE_SIZE)
    newest = max((clock.to_ms(d.updated_at) for d in found), default=0)
    version = f"{total}-{newest}"
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    return htmx.render(
        "websites/downtimes.html", "downtime_list", website=website, downtimes=found,
        total=total, page=page, page_size=PAGE_SIZE, version=version,
    )  # fmt: skip


@blueprint.get("/<int:website_id>/downtimes/<int:window_id>")
@needs(Role.VIEWER)
def show(website_id: int, window_id: int) -> Response:
    """One downtime; operators correct and explain it here."""
    downtime = _downtime(website_id, window_id)
    zone = web.reader_zone()
    values = {
        "zone": zone.key,
        "started_at": shown(downtime.started_at, zone),
        "ended_at": shown(downtime.ended_at, zone),
        "root_cause": downtime.root_cause,
        "notes": downtime.notes,
    }
    return _page(downtime, values)


@blueprint.post("/<int:website_id>/downtimes/<int:window_id>")
@needs(Role.OPERATOR)
def save(website_id: int, window_id: int) -> Response:
    """Change the downtime, or show the form with what is wrong."""
    downtime = _downtime(website_id, window_id)
    form, errors = web.parse_form(DowntimeForm)
    if form is not None:
        try:
            downtimes.edit(downtime, _fields(form, downtime), clock.now())
        except Problem as problem:
            errors = web.by_field(problem.errors)
            db.session.rollback()
        else:
            db.session.commit()
            flash("The downtime was saved.", "success")
            return htmx.redirect(url_for("downtimes.index", website_id=website_id))
    return _page(downtime, request.form.to_dict(), errors)


def _fields(form: DowntimeForm, downtime: DowntimeWindow) -> dict[str, Any]:
    ended_at = as_typed(form.ended_at, form.zone, downtime.ended_at)
    return form.model_dump(exclude={"zone"}) | {
        "started_at": as_typed(form.started_at, form.zone, downtime.started_at),
        "ended_at": ended_at or downtime.ended_at,
    }


def _page(
    downtime: DowntimeWindow, values: dict[str, Any], errors: dict[str, str] | None = None
) -> Response:
    return htmx.render(
        "websites/downtime.html", "main", 422 if errors else 200, downtime=downtime,
        website=downtime.website, values=values, errors=errors or {},
    )  # fmt: skip


def _downtime(website_id: int, window_id: int) -> DowntimeWindow:
    downtime = web.get_or_404(DowntimeWindow, window_id)
    return downtime if downtime.website_id == website_id else abort(404)
