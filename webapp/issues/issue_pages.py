"""Pages of one issue: all about it, and its stored occurrences."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import BadRequest, NotFound

from webapp.core import clock, htmx, web
from webapp.core.access import Role, needs
from webapp.issues import occurrence_queries, portraits
from webapp.issues.models import RecurringIssue
from webapp.issues.undo_notes import take_note

blueprint = Blueprint("issue_pages", __name__, url_prefix="/issues")
OCCURRENCES_SHOWN = 50


@blueprint.get("/<int:issue_id>")
@needs(Role.VIEWER)
def show(issue_id: int) -> Response:
    """An issue: what it is, when it came, what was around it, what people did with it."""
    issue = web.get_or_404(RecurringIssue, issue_id)
    if issue.merged_into_id is not None:
        return htmx.redirect(url_for("issue_pages.show", issue_id=issue.merged_into_id))
    if (answer := htmx.nothing_new(portraits.version(issue, clock.now()))) is not None:
        return answer
    return draw(issue)


@blueprint.get("/<int:issue_id>/occurrences")
@needs(Role.VIEWER)
def occurrences(issue_id: int) -> Response:
    """The stored occurrences of an issue, newest first."""
    issue, before = web.get_or_404(RecurringIssue, issue_id), _number("before")
    found, has_more = occurrence_queries.occurrences(issue, OCCURRENCES_SHOWN, before)
    return htmx.render(
        "issues/occurrences.html", "issue_occurrences",
        issue=issue, records=found, has_more=has_more, before=before,
    )  # fmt: skip


def draw(
    issue: RecurringIssue,
    status: int = 200,
    errors: dict[str, str] | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    """The page of an issue, or its live panel; with what was typed where a form was refused."""
    context: dict[str, Any] = portraits.now_context(issue, _range(), clock.now())
    if not htmx.block_wanted() or status != 200:
        occurrence_id = _number("occurrence")
        context |= portraits.rest_context(issue, occurrence_id, web.reader_zone())
        if occurrence_id is not None and context["record"] is None:
            raise NotFound("This occurrence is not kept any more, or belongs to another issue.")
        context |= {"undo": take_note()}
    block = "issue_now" if status == 200 else "main"
    return htmx.render(
        "issues/show.html", block, status, errors=errors or {}, given=given or {}, **context
    )


def _range() -> str:
    chosen = request.args.get("range", portraits.USUAL)
    if chosen not in portraits.SPANS:
        raise BadRequest("There is no such range.")
    return chosen


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest(f"{name} is the number of an occurrence.")
    return int(text)
