"""Pages: the list of websites, one website, and the forms."""

from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from pydantic import ValidationError
from werkzeug.exceptions import BadRequest

from webapp.core import clock, htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.websites import actions, charts, queries, schemas
from webapp.websites.models import Website
from webapp.websites.waiting import wait_state

blueprint = Blueprint("websites", __name__, url_prefix="/websites")
PAGE_SIZE = 25
CHECKS_PAGE_SIZE = 50
CHART_CHECKS = 300


@blueprint.get("/")
@needs(Role.VIEWER)
def index() -> Response:
    """The list of websites, or the panel alone."""
    query = _list_query()
    version = queries.websites_version()
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    skip = (query.page - 1) * PAGE_SIZE
    found, total = queries.get_all(
        skip, PAGE_SIZE, text=query.q, state=query.state, order=query.order
    )
    recent = queries.recent_checks_of([website.id for website in found])
    return htmx.render(
        "websites/index.html",
        "website_list",
        websites=found,
        total=total,
        page_size=PAGE_SIZE,
        query=query,
        params={k: v for k, v in query.model_dump(exclude={"page"}).items() if v},
        bars={website_id: _bar(checks) for website_id, checks in recent.items()},
        version=version,
    )


@blueprint.get("/new")
@needs(Role.OPERATOR)
def new() -> Response:
    """The form for a new website."""
    values = {"url": request.args.get("url", ""), "check_interval": 60, "timeout": 30}
    return _form("Add a website", values, url_for("websites.index"))


@blueprint.post("/new")
@needs(Role.OPERATOR)
def add() -> Response:
    """Add the website, or show the form with what is wrong."""
    form, errors = web.parse_form(schemas.WebsiteForm)
    if form is not None:
        try:
            website, is_new = actions.add(form.model_dump(exclude_none=True), clock.now())
        except Problem:
            errors = {"url": "A website with this URL exists already."}
        else:
            db.session.commit()
            flash("The website was added." if is_new else "It exists already.", "success")
            return htmx.redirect(url_for("websites.show", website_id=website.id))
    values = request.form.to_dict()
    return _form("Add a website", values, url_for("websites.index"), errors)


@blueprint.get("/<int:website_id>")
@needs(Role.VIEWER)
def show(website_id: int) -> Response:
    """A website with its facts, a chart and its last checks."""
    return _show(website_id, "website_now")


@blueprint.get("/<int:website_id>/checks")
@needs(Role.VIEWER)
def checks(website_id: int) -> Response:
    """The same page; for htmx the table of its checks."""
    return _show(website_id, "website_checks")


@blueprint.get("/<int:website_id>/chart.json")
@needs(Role.VIEWER)
def chart(website_id: int) -> dict[str, Any]:
    """The phases of the last checks, for the chart."""
    web.get_or_404(Website, website_id)
    return charts.phases(queries.get_recent_checks(website_id, CHART_CHECKS))


@blueprint.get("/<int:website_id>/edit")
@needs(Role.OPERATOR)
def edit(website_id: int) -> Response:
    """The form with the website's values."""
    website = web.get_or_404(Website, website_id)
    values = {name: getattr(website, name) for name in schemas.WebsiteForm.model_fields}
    return _form(f"Edit {website.name}", values, url_for("websites.show", website_id=website_id))


@blueprint.post("/<int:website_id>/edit")
@needs(Role.OPERATOR)
def save(website_id: int) -> Response:
    """Change the website, or show the form with what is wrong."""
    website = web.get_or_404(Website, website_id)
    page = url_for("websites.show", website_id=website_id)
    form, errors = web.parse_form(schemas.WebsiteForm)
    if form is not None:
        try:
            name = form.name or website.name
            actions.edit(website, form.model_dump() | {"name": name}, clock.now())
        except Problem as problem:
            errors = web.by_field(problem.errors)
            db.session.rollback()
        else:
            db.session.commit()
            flash("The changes were saved.", "success")
            return htmx.redirect(page)
    return _form(f"Edit {website.name}", request.form.to_dict(), page, errors)


@blueprint.post("/<int:website_id>/pause")
@needs(Role.OPERATOR)
def pause(website_id: int) -> Response:
    """Stop checking it."""
    actions.pause(web.get_or_404(Website, website_id), clock.now())
    db.session.commit()
    return htmx.redirect(url_for("websites.show", website_id=website_id))


@blueprint.post("/<int:website_id>/resume")
@needs(Role.OPERATOR)
def resume(website_id: int) -> Response:
    """Check it again."""
    actions.resume(web.get_or_404(Website, website_id), clock.now())
    db.session.commit()
    return htmx.redirect(url_for("websites.show", website_id=website_id))


@blueprint.get("/<int:website_id>/delete")
@needs(Role.OPERATOR)
def confirm_delete(website_id: int) -> Response:
    """Ask before it is deleted."""
    website = web.get_or_404(Website, website_id)
    return htmx.render("websites/delete.html", "main", website=website)


@blueprint.post("/<int:website_id>/delete")
@needs(Role.OPERATOR)
def delete(website_id: int) -> Response:
    """Delete it with its checks."""
    website = web.get_or_404(Website, website_id)
    name = website.name
    actions.remove(website)
    db.session.commit()
    flash(f"{name} was deleted.", "success")
    return htmx.redirect(url_for("websites.index"))


@blueprint.post("/<int:website_id>/check-now")
@needs(Role.OPERATOR)
def check_now(website_id: int) -> Response:
    """Ask for a check; the block then asks for itself until the answer is there."""
    website = web.get_or_404(Website, website_id)
    now = clock.now()
    actions.request_check(website, now)
    db.session.commit()
    asked_ms = clock.to_ms(now)
    if not htmx.block_wanted():
        return htmx.redirect(
            url_for("websites.check_result", website_id=website_id, asked=asked_ms)
        )
    return _show(website_id, "check_now", asked_ms)


@blueprint.get("/<int:website_id>/check-now")
@needs(Role.VIEWER)
def check_result(website_id: int) -> Response:
    """How the check that was asked for stands."""
    return _show(website_id, "check_now", request.args.get("asked", type=int))


def _show(website_id: int, block: str, asked_ms: int | None = None) -> Response:
    website = web.get_or_404(Website, website_id)
    last = queries.get_latest_by_website(website_id)
    version = f"{last.id if last else 0}-{clock.to_ms(website.updated_at)}"
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    context: dict[str, Any] = {"website": website, "last": last, "version": version}
    if block != "check_now" or not htmx.block_wanted():
        context |= _details(website)
    context["wait"] = wait_state(website, last, asked_ms, clock.now())
    return htmx.render("websites/show.html", block, **context)


def _details(website: Website) -> dict[str, Any]:
    page = request.args.get("page", 1, type=int)
    page = page if 1 <= page <= 1_000_000 else 1
    skip = (page - 1) * CHECKS_PAGE_SIZE
    found, total = queries.get_by_website(website.id, skip, CHECKS_PAGE_SIZE)
    recent = queries.recent_checks_of([website.id])
    return {
        "checks": found,
        "total": total,
        "page": page,
        "page_size": CHECKS_PAGE_SIZE,
        "uptime": queries.calculate_uptime_percentage(website.id),
        "bar": _bar(recent[website.id]),
    }


def _form(
    title: str, values: dict[str, Any], back: str, errors: dict[str, str] | None = None
) -> Response:
    return htmx.render(
        "websites/form.html",
        "main",
        422 if errors else 200,
        form_title=title,
        values=values,
        errors=errors or {},
        back=back,
    )


def _list_query() -> schemas.ListQuery:
    given = request.args.to_dict()
    given.pop("seen", None)
    try:
        return schemas.ListQuery.model_validate(given)
    except ValidationError as error:
        raise BadRequest("The address of this page is not one we gave.") from error


def _bar(checks: list[queries.RecentCheck]) -> list[dict[str, Any]]:
    return [
        {
            "status": check.status,
            "label": f"{check.checked_at:%Y-%m-%d %H:%M:%S} UTC: "
            + (check.error_message or check.status.value.capitalize()),
        }
        for check in checks
    ]
