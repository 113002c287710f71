"""What people write under an issue and what they hold together, from the forms of its page."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from webapp.core import clock, htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.issues import commenting, merging, queries, work_queries
from webapp.issues.issue_pages import draw
from webapp.issues.models import IssueComment, RecurringIssue
from webapp.issues.work_pages import finished, refused

blueprint = Blueprint("issues_talk", __name__, url_prefix="/issues")
MOST_NUMBERS = 50


@blueprint.post("/<int:issue_id>/comments")
@needs(Role.OPERATOR)
def comment(issue_id: int) -> Response:
    """Write a comment."""
    issue = web.get_or_404(RecurringIssue, issue_id)
    body = request.form.get("body", "")
    return _or_again(issue, lambda: commenting.comment(issue, body, clock.now()))


@blueprint.get("/<int:issue_id>/comments/<int:comment_id>")
@needs(Role.OPERATOR)
def edit_comment(issue_id: int, comment_id: int) -> Response:
    """The form to change a comment."""
    return _comment_form(_comment(issue_id, comment_id))


@blueprint.post("/<int:issue_id>/comments/<int:comment_id>")
@needs(Role.OPERATOR)
def change_comment(issue_id: int, comment_id: int) -> Response:
    """Change a comment."""
    row = _comment(issue_id, comment_id)
    try:
        commenting.edit_comment(row, request.form.get("body", ""), clock.now())
    except Problem as problem:
        if not problem.errors:
            return refused(problem, issue_id)
        db.session.rollback()
        return _comment_form(row, 422, web.by_field(problem.errors))
    db.session.commit()
    return htmx.redirect(url_for("issue_pages.show", issue_id=issue_id))


@blueprint.post("/<int:issue_id>/links")
@needs(Role.OPERATOR)
def link(issue_id: int) -> Response:
    """Add an address that belongs to the issue."""
    issue, form = web.get_or_404(RecurringIssue, issue_id), request.form
    url, title = form.get("url", ""), form.get("title", "")
    return _or_again(issue, lambda: commenting.link(issue, url, title, clock.now()))


@blueprint.post("/<int:issue_id>/links/<int:link_id>/delete")
@needs(Role.OPERATOR)
def unlink(issue_id: int, link_id: int) -> Response:
    """Take an address away."""
    row = work_queries.link(issue_id, link_id) or abort(404)
    commenting.unlink(row, clock.now())
    db.session.commit()
    return htmx.redirect(url_for("issue_pages.show", issue_id=issue_id))


@blueprint.post("/<int:issue_id>/merge")
@needs(Role.OPERATOR)
def merge(issue_id: int) -> Response:
    """Merge the issues of the given numbers into this one."""
    issue = web.get_or_404(RecurringIssue, issue_id)
    try:
        others = _others(issue, request.form.get("others", ""))
        done = merging.merge(issue, [other.id for other in others], clock.now())
    except Problem as problem:
        return _again(issue, problem)
    number = len(others)
    return finished(issue_id, done, f"{number} issue{'' if number == 1 else 's'} merged into it.")


@blueprint.post("/<int:issue_id>/split")
@needs(Role.OPERATOR)
def split(issue_id: int) -> Response:
    """Make an issue of its own of the ticked fingerprints."""
    issue = web.get_or_404(RecurringIssue, issue_id)
    found = request.form.getlist("fingerprint")
    ids = [int(text) for text in found if text.isascii() and text.isdigit() and len(text) < 10]
    try:
        done = merging.split(issue, ids, clock.now())
    except Problem as problem:
        return refused(problem, issue_id)
    return finished(issue_id, done, "The ticked ones are an issue of their own.")


def _or_again(issue: RecurringIssue, deed: Callable[[], Any]) -> Response:
    """Do it and show the issue, or show what was typed with what was wrong with it."""
    try:
        deed()
    except Problem as problem:
        return _again(issue, problem)
    db.session.commit()
    return htmx.redirect(url_for("issue_pages.show", issue_id=issue.id))


def _again(issue: RecurringIssue, problem: Problem) -> Response:
    db.session.rollback()
    if not problem.errors:
        return refused(problem, issue.id)
    given = {name: request.form.get(name, "") for name in ("body", "url", "title", "others")}
    return draw(issue, 422, web.by_field(problem.errors), given)


def _others(issue: RecurringIssue, text: str) -> list[RecurringIssue]:
    """The issues of the numbers that were typed, this one left out."""
    words = text.replace(",", " ").replace("#", " ").split()[:MOST_NUMBERS]
    numbers = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 10]
    found = [queries.get_issue(number) for number in dict.fromkeys(numbers) if number != issue.id]
    others = [one for one in found if one is not None]
    if len(numbers) != len(words) or len(others) != len(found) or not others:
        raise invalid(FieldError("others", "Give the numbers of other issues, like 12, 15."))
    return others


def _comment(issue_id: int, comment_id: int) -> IssueComment:
    return work_queries.comment(issue_id, comment_id) or abort(404)


def _comment_form(
    row: IssueComment, status: int = 200, errors: dict[str, str] | None = None
) -> Response:
    return htmx.render(
        "issues/comment.html", "main", status,
        comment=row, errors=errors or {}, body=request.form.get("body", row.body),
    )  # fmt: skip
