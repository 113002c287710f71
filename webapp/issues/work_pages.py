"""What people do with one issue, from the buttons of the pages; and the way back from it."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for
from werkzeug.exceptions import BadRequest

from webapp.core import access, clock, htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import actions, undoing
from webapp.issues.models import IssueTransition, RecurringIssue
from webapp.issues.page_schemas import IGNORING, MINE, NOBODY, list_parameters
from webapp.issues.undo_notes import leave_note

blueprint = Blueprint("issues_work", __name__, url_prefix="/issues")
PLAIN = {
    "acknowledge": (actions.acknowledge, "It was acknowledged."),
    "unacknowledge": (actions.unacknowledge, "It waits for somebody again."),
    "resolve": (actions.resolve, "It was resolved."),
    "reopen": (actions.reopen, "It was reopened."),
}


@blueprint.post("/<int:issue_id>/do/<verb>")
@needs(Role.OPERATOR)
def step(issue_id: int, verb: str) -> Response:
    """Acknowledge, resolve or reopen an issue, or take the acknowledgement back."""
    issue = web.get_or_404(RecurringIssue, issue_id)
    deed, says = PLAIN.get(verb) or abort(404)
    try:
        done = deed(issue, clock.now())
    except Problem as problem:
        return refused(problem, issue_id)
    return finished(issue_id, done, says)


@blueprint.post("/<int:issue_id>/ignore")
@needs(Role.OPERATOR)
def ignore(issue_id: int) -> Response:
    """Leave an issue alone, for good or until something happens."""
    issue, now = web.get_or_404(RecurringIssue, issue_id), clock.now()
    try:
        done = actions.ignore(issue, now, **ignoring(now))
    except Problem as problem:
        return refused(problem, issue_id)
    return finished(issue_id, done, "It is ignored.")


@blueprint.post("/<int:issue_id>/assign")
@needs(Role.OPERATOR)
def assign(issue_id: int) -> Response:
    """Take an issue, give it to somebody or give it up."""
    issue, user_id = web.get_or_404(RecurringIssue, issue_id), given_to()
    try:
        done = actions.assign(issue, user_id, clock.now())
    except Problem as problem:
        return refused(problem, issue_id)
    return finished(issue_id, done, f"{done.note}." if done.note else "It was handed over.")


@blueprint.post("/undo")
@needs(Role.OPERATOR)
def undo() -> Response:
    """Take a step back; of something done to many issues, for all of them."""
    try:
        undone = undoing.undo(number("transition"), clock.now())
        db.session.commit()
        flash("It was undone.", "success")
        if number_left := len(undone.refused):
            why = next(iter(undone.refused.values()))
            flash(f"Not for {number_left} of the issues: {why}", "warning")
    except Problem as problem:
        db.session.rollback()
        flash(problem.detail, "error")
    if request.form.get("issue"):
        return htmx.redirect(url_for("issue_pages.show", issue_id=number("issue")))
    return htmx.redirect(list_address())


def finished(issue_id: int, done: IssueTransition, says: str) -> Response:
    """Commit, offer to undo it, and show the issue."""
    db.session.commit()
    leave_note(done.id, says, issue_id=issue_id)
    return htmx.redirect(url_for("issue_pages.show", issue_id=issue_id))


def refused(problem: Problem, issue_id: int) -> Response:
    """Nothing was changed; say why on the page of the issue."""
    db.session.rollback()
    flash(problem.errors[0].message if problem.errors else problem.detail, "error")
    return htmx.redirect(url_for("issue_pages.show", issue_id=issue_id))


def given_to() -> int | None:
    """Who is to have it: whoever asks, nobody, or the person that was chosen."""
    to, who = request.form.get("to", ""), access.identity()
    if to == MINE:
        return who.user_id if who else None
    return None if to == NOBODY else number("to")


def ignoring(now: datetime) -> dict[str, Any]:
    """Until when something is to be ignored, as the forms have it."""
    chosen = request.form.get("ignoring", "")
    if chosen not in IGNORING:
        raise BadRequest("There is no such time to ignore it.")
    options = dict(IGNORING[chosen][1])
    if days := options.pop("days", None):
        options["until_at"] = now + timedelta(days=days)
    return options


def list_address() -> str:
    """The page of the list that a form was on."""
    kept: dict[str, Any] = list_parameters(request.form.get("back", ""))
    return url_for("issues.index", **kept)


def number(name: str) -> int:
    """A field of a form that a page of ours has filled in."""
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(f"{name} is a number.")
    return int(text)
