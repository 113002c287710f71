"""Pages: the list of websites, one website, and the forms."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from pydantic import ValidationError
from werkzeug.exceptions import BadRequest

from webapp.core import clock, htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.websites import actions, chart_pages, keeping, listing, portrait, queries, schemas
from webapp.websites.availability import CountAs, Counting
from webapp.websites.models import Website
from webapp.websites.period_queries import maintenance_of, ongoing_impairment
from webapp.websites.waiting import wait_state

blueprint = Blueprint("websites", __name__, url_prefix="/websites")
PAGE_SIZE = 25
CHECKS_PAGE_SIZE = 50
COUNTED = ("maintenance", "unknown")
HISTORY_MS = 600_000  # the past is drawn again so often, and when the status changes


@blueprint.get("/")
@needs(Role.VIEWER)
def index() -> Response:
    """The list of websites, or the panel alone."""
    query = _list_query()
    counting = Counting(query.maintenance, query.unknown)
    version = queries.websites_version()
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    skip = (query.page - 1) * PAGE_SIZE
    found, total = queries.get_all(
        skip, PAGE_SIZE, text=query.q, state=query.state, order=query.order,
        tag=query.tag, group=query.group,
    )  # fmt: skip
    return htmx.render(
        "websites/index.html",
        "website_list",
        lines=listing.lines(found, clock.now(), web.reader_zone(), counting),
        counting=counting,
        impairment=ongoing_impairment(),
        tags=[(tag, tag) for tag in listing.all_tags()],
        groups=[(group, group) for group in listing.all_groups()],
        total=total,
        page_size=PAGE_SIZE,
        query=query,
        params=query.model_dump(mode="json", exclude={"page"}, exclude_defaults=True),
        version=version,
    )


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


@blueprint.get("/<int:website_id>/history")
@needs(Role.VIEWER)
def past(website_id: int) -> Response:
    """The same page; for htmx the panel of its past."""
    return _show(website_id, "website_history")


@blueprint.get("/<int:website_id>/pace")
@needs(Role.VIEWER)
def pace(website_id: int) -> Response:
    """The same page; for htmx the panel of its chart."""
    return _show(website_id, "pace")


@blueprint.get("/<int:website_id>/chart.json")
@needs(Role.VIEWER)
def chart(website_id: int) -> dict[str, Any]:
    """The phases of checks, or the percentiles of longer times, for the chart."""
    return chart_pages.lines(web.get_or_404(Website, website_id), clock.now())


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
    last, now = queries.get_latest_by_website(website_id), clock.now()
    version = f"{last.id if last else 0}-{clock.to_ms(website.updated_at)}-{website.state}"
    history_version = f"{clock.to_ms(website.status_since_at)}-{clock.to_ms(now) // HISTORY_MS}"
    seen = history_version if block == "website_history" else version
    if (answer := htmx.nothing_new(seen)) is not None:
        return answer
    context: dict[str, Any] = {"website": website, "last": last, "version": version}
    context["history_version"] = history_version
    for part in [block] if htmx.block_wanted() else PARTS:
        context |= PARTS[part](website, now) if part in PARTS else {}
    context["heartbeat_url"] = keeping.heartbeat_url(website)
    context["wait"] = wait_state(website, last, asked_ms, now)
    return htmx.render("websites/show.html", block, **context)


def _now(website: Website, now: datetime) -> dict[str, Any]:
    counting = _counting()
    bar, uptimes = portrait.day_of(website.id, now, web.reader_zone(), counting)
    return {
        "bar": bar,
        "uptimes": uptimes,
        "counting": counting,
        "asked": _asked(counting),
        "chosen": chart_pages.chosen_range(),
        "windows": maintenance_of(website.id, now),
    }


def _pace(website: Website, now: datetime) -> dict[str, Any]:
    return chart_pages.panel(website, now) | {"asked": _asked(_counting()), "days": _days()}


def _past(website: Website, now: datetime) -> dict[str, Any]:
    counting, zone = _counting(), web.reader_zone()
    past = portrait.past(website.id, _days(), now, zone, counting)
    return {"past": past, "zone": zone.key, "counting": counting, "asked": _asked(counting)}


def _checks(website: Website, _now: datetime) -> dict[str, Any]:
    page = request.args.get("page", 1, type=int)
    page = page if 1 <= page <= 1_000_000 else 1
    skip = (page - 1) * CHECKS_PAGE_SIZE
    found, total = queries.get_by_website(website.id, skip, CHECKS_PAGE_SIZE)
    return {"checks": found, "total": total, "page": page, "page_size": CHECKS_PAGE_SIZE}


PARTS: dict[str, Callable[[Website, datetime], dict[str, Any]]] = {
    "website_now": _now,
    "pace": _pace,
    "website_history": _past,
    "website_checks": _checks,
}


def _days() -> int:
    days = request.args.get("days", portrait.BAR_DAYS[0], type=int)
    if days not in portrait.BAR_DAYS:
        raise BadRequest("The address of this page is not one we gave.")
    return days


def _counting() -> Counting:
    """What maintenance and unknown time are to count as."""
    try:
        return Counting(*(CountAs(request.args.get(name, "excluded")) for name in COUNTED))
    except ValueError as error:
        raise BadRequest("Maintenance and unknown time count as excluded, up or down.") from error


def _asked(counting: Counting) -> dict[str, str]:
    """The same as parameters of a page's address, the usual left out."""
    sides = {name: getattr(counting, name) for name in COUNTED}
    return {name: side.value for name, side in sides.items() if side is not CountAs.EXCLUDED}


def _list_query() -> schemas.ListQuery:
    given = request.args.to_dict()
    given.pop("seen", None)
    try:
        return schemas.ListQuery.model_validate(given)
    except ValidationError as error:
        raise BadRequest("The address of this page is not one we gave.") from error
