"""The administrators' view of each table of occurrences, row by row as it is stored."""

from typing import Any

from flask import Blueprint, Response, abort, request
from pydantic import ValidationError
from werkzeug.exceptions import BadRequest

from webapp.core import htmx, web
from webapp.core.access import Role, needs
from webapp.issues import occurrence_queries
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.occurrence_queries import RecordFilters
from webapp.issues.page_schemas import RawQuery, without_empty

blueprint = Blueprint("issues_raw", __name__, url_prefix="/issues/raw")
SHOWN = 50
TABLES = {
    "faults": IssueKind.FAULT,
    "overloads": IssueKind.OVERLOAD,
    "operational-issues": IssueKind.OPERATIONAL,
}


@blueprint.get("/<table>")
@needs(Role.ADMINISTRATOR)
def index(table: str) -> Response:
    """The rows of a table that fit, newest first."""
    kind = TABLES.get(table) or abort(404)
    query = _query()
    found, has_more = occurrence_queries.records(kind, _filters(query), SHOWN, query.before)
    params: dict[str, Any] = query.model_dump(
        mode="json", exclude={"before"}, exclude_defaults=True
    )
    return htmx.render(
        "issues/raw.html", "main",
        table=table, kind=kind, records=found, has_more=has_more, query=query, params=params,
    )  # fmt: skip


def _query() -> RawQuery:
    try:
        return RawQuery.model_validate(without_empty(dict(request.args.items())))
    except ValidationError as error:
        raise BadRequest("The address of this page is not one we gave.") from error


def _filters(query: RawQuery) -> RecordFilters:
    since_at, until_at = query.span(web.reader_zone())
    return RecordFilters(
        severity=Severity(query.severity) if query.severity else None,
        subject=query.subject,
        host=query.host,
        since_at=since_at,
        until_at=until_at,
        search=query.q,
    )
