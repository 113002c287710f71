"""What is done to all ticked issues at once, and undone with one click."""

from typing import Any

from flask import Blueprint, Response, flash, request
from werkzeug.exceptions import BadRequest

from webapp.core import clock, htmx
from webapp.core.access import Role, identity, needs
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import many, merging, queries
from webapp.issues.undo_notes import leave_note
from webapp.issues.work_pages import ignoring, list_address

blueprint = Blueprint("issues_bulk", __name__, url_prefix="/issues")
DONE = {
    "acknowledge": "acknowledged",
    "resolve": "resolved",
    "reopen": "reopened",
    "ignore": "ignored",
    "assign": "taken",
}


@blueprint.post("/bulk")
@needs(Role.OPERATOR)
def bulk() -> Response:
    """Do one thing to the ticked issues; what cannot be done to one is said."""
    verb, ids = request.form.get("verb", ""), _ids()
    if verb not in DONE and verb != "merge":
        raise BadRequest("There is no such thing to do.")
    if not ids:
        flash("Tick the issues first.", "warning")
        return htmx.redirect(list_address())
    try:
        says = _merge(ids) if verb == "merge" else _each(verb, ids)
    except Problem as problem:
        db.session.rollback()
        flash(problem.errors[0].message if problem.errors else problem.detail, "error")
        return htmx.redirect(list_address())
    for sentence in says:
        flash(sentence, "warning")
    return htmx.redirect(list_address())


def _each(verb: str, ids: list[int]) -> list[str]:
    """Do it to each; the sentences say to how many it could not be done, and why."""
    now, who = clock.now(), identity()
    options: dict[str, Any] = ignoring(now) if verb == "ignore" else {}
    if verb == "assign":
        options["user_id"] = who.user_id if who else None
    done = many.bulk(verb, ids, now, **options)
    db.session.commit()
    if done.undo_id is not None:
        says = f"{_issues(len(done.done))} {DONE[verb]}."
        leave_note(done.undo_id, says, back=request.form.get("back", ""))
    why: dict[str, int] = {}
    for sentence in done.refused.values():
        why[sentence] = why.get(sentence, 0) + 1
    return [f"Not done to {_issues(number)}: {sentence}" for sentence, number in why.items()]


def _merge(ids: list[int]) -> list[str]:
    """Merge them into the one that came most often."""
    found = [issue for issue in map(queries.get_issue, ids) if issue is not None]
    if len(found) < 2:
        return ["Tick two or more issues to merge them."]
    target = max(found, key=lambda issue: (issue.occurrences, -issue.id))
    others = [issue for issue in found if issue is not target]
    done = merging.merge(target, [other.id for other in others], clock.now())
    db.session.commit()
    says = f"{_issues(len(others))} merged into {target.title[:80]}."
    leave_note(done.id, says, back=request.form.get("back", ""))
    return []


def _ids() -> list[int]:
    found = request.form.getlist("issue")[: many.MOST]
    ids = [int(text) for text in found if text.isascii() and text.isdigit() and len(text) < 10]
    return list(dict.fromkeys(ids))


def _issues(number: int) -> str:
    return f"{number} issue{'' if number == 1 else 's'}"
