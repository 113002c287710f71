"""Pages: maintenance of a website, and of all of them."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from webapp.core import clock, htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.websites import maintenance
from webapp.websites.downtime_forms import MaintenanceForm, meant
from webapp.websites.models import MaintenanceWindow, Website
from webapp.websites.period_queries import maintenance_of

blueprint = Blueprint("maintenance", __name__, url_prefix="/websites")
NEW = {"minutes": 60}


@blueprint.get("/maintenance")
@needs(Role.VIEWER)
def index() -> Response:
    """What is planned of all websites, and the form."""
    return _page(None, NEW)


@blueprint.post("/maintenance")
@needs(Role.OPERATOR)
def plan_all() -> Response:
    """Plan maintenance of all websites."""
    return _plan(None)


@blueprint.get("/<int:website_id>/maintenance")
@needs(Role.VIEWER)
def show(website_id: int) -> Response:
    """What is planned of one website, and the form."""
    return _page(web.get_or_404(Website, website_id), NEW)


@blueprint.post("/<int:website_id>/maintenance")
@needs(Role.OPERATOR)
def plan(website_id: int) -> Response:
    """Plan maintenance of one website."""
    return _plan(web.get_or_404(Website, website_id))


@blueprint.post("/maintenance/<int:window_id>/end")
@needs(Role.OPERATOR)
def end(window_id: int) -> Response:
    """End it now, or call it off."""
    window = web.get_or_404(MaintenanceWindow, window_id)
    page = _url(window.website_id)
    maintenance.end(window, clock.now())
    db.session.commit()
    flash("The maintenance was ended.", "success")
    return htmx.redirect(page)


def _plan(website: Website | None) -> Response:
    form, errors = web.parse_form(MaintenanceForm)
    if form is not None:
        now = clock.now()
        starts_at = meant(form.starts_at, form.zone) or now
        ends_at = starts_at + timedelta(minutes=form.minutes)
        try:
            maintenance.plan(website, starts_at, ends_at, form.note, now)
        except Problem as problem:
            errors = web.by_field(problem.errors)
            errors = {"minutes" if k == "ends_at" else k: m for k, m in errors.items()}
            db.session.rollback()
        else:
            db.session.commit()
            flash("The maintenance was planned.", "success")
            return htmx.redirect(_url(website.id if website else None))
    return _page(website, request.form.to_dict(), errors)


def _page(
    website: Website | None, values: dict[str, Any], errors: dict[str, str] | None = None
) -> Response:
    website_id = website.id if website else None
    windows = maintenance_of(website_id, clock.now())
    return htmx.render(
        "websites/maintenance.html", "main", 422 if errors else 200, website=website,
        windows=windows, action=_url(website_id),
        values={"zone": web.reader_zone().key} | values, errors=errors or {},
    )  # fmt: skip


def _url(website_id: int | None) -> str:
    if website_id is None:
        return url_for("maintenance.index")
    return url_for("maintenance.show", website_id=website_id)
