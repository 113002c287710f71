"""Pages: the list of issues, and what is done to the ticked ones."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from pydantic import ValidationError
from werkzeug.exceptions import BadRequest

from webapp.core import access, clock, htmx, web
from webapp.core.access import Role, needs
from webapp.issues import listing, queries
from webapp.issues.page_schemas import IGNORING, ListQuery, without_empty
from webapp.issues.undo_notes import take_note

blueprint = Blueprint("issues", __name__, url_prefix="/issues")
PAGE_SIZE = 50
REDRAWN_S = 60  # bars move on with the time, though nothing comes


@blueprint.get("/")
@needs(Role.VIEWER)
def index() -> Response:
    """The list of issues, or the panel alone."""
    query, now = list_query(dict(request.args.items())), clock.now()
    version = _version(now)
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    undo = None if htmx.block_wanted() else take_note()
    shown = _shown(query, now)
    return htmx.render("issues/index.html", "issue_list", **shown, version=version, undo=undo)


def list_query(given: dict[str, str]) -> ListQuery:
    """The parameters of a list's address; a bad one is refused."""
    try:
        return ListQuery.model_validate(without_empty(given))
    except ValidationError as error:
        raise BadRequest("The address of this page is not one we gave.") from error


def _version(now: datetime) -> str:
    return f"{queries.issues_version()}-{int(now.timestamp()) // REDRAWN_S}"


def _shown(query: ListQuery, now: datetime) -> dict[str, Any]:
    who = access.identity()
    filters = query.filters(who.user_id if who else None, web.reader_zone())
    found, counts = queries.issues_and_counts(filters, query.page, PAGE_SIZE)
    return {
        "lines": listing.lines(found, now),
        "counts": {status.value: number for status, number in counts.items()},
        "total": counts[filters.status] if filters.status else sum(counts.values()),
        "page_size": PAGE_SIZE,
        "query": query,
        "params": query.model_dump(mode="json", exclude={"page"}, exclude_defaults=True),
        "ignoring": [(name, label) for name, (label, _) in IGNORING.items()],
    }
