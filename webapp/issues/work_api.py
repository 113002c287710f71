"""JSON: /api/monitoring/recurring-issues/, working: what people do with issues, and undo."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response

from webapp.core import clock, web
from webapp.core.access import Role
from webapp.core.db import db
from webapp.core.jsonapi import Input, Output, json_blueprint, operation
from webapp.core.problems import Problem
from webapp.issues import actions, commenting, many, merging, separating, undoing, work_queries
from webapp.issues import work_schemas as schemas
from webapp.issues.models import IssueTransition, RecurringIssue
from webapp.issues.recurring_schemas import CommentRead, LinkRead

blueprint = json_blueprint("issue_work", "/api/monitoring/recurring-issues")


Decorator = Callable[[Callable[..., Any]], Callable[..., Response]]


def _step(summary: str, body: type[Input], returns: type[Output] = schemas.StepRead) -> Decorator:
    return operation(summary, role=Role.OPERATOR, body=body, returns=returns)


@blueprint.post("/<int:issue_id>/acknowledge/")
@_step("Acknowledge an open issue", schemas.Noted)
def acknowledge(issue_id: int, body: schemas.Noted) -> object:
    """The issue as it is now."""
    issue, now = _given(issue_id)
    return _stepped(issue, actions.acknowledge(issue, now, body.note))


@blueprint.post("/<int:issue_id>/unacknowledge/")
@_step("Take an acknowledgement back", schemas.Noted)
def unacknowledge(issue_id: int, body: schemas.Noted) -> object:
    """The issue as it is now."""
    issue, now = _given(issue_id)
    return _stepped(issue, actions.unacknowledge(issue, now, body.note))


@blueprint.post("/<int:issue_id>/resolve/")
@_step("Resolve an issue; refused while it lasts", schemas.Noted)
def resolve(issue_id: int, body: schemas.Noted) -> object:
    """The issue as it is now."""
    issue, now = _given(issue_id)
    return _stepped(issue, actions.resolve(issue, now, body.note))


@blueprint.post("/<int:issue_id>/reopen/")
@_step("Reopen a resolved or ignored issue", schemas.Noted)
def reopen(issue_id: int, body: schemas.Noted) -> object:
    """The issue as it is now."""
    issue, now = _given(issue_id)
    return _stepped(issue, actions.reopen(issue, now, body.note))


@blueprint.post("/<int:issue_id>/ignore/")
@_step("Ignore an issue: for good, for a time, until n more, until it grows", schemas.Ignored)
def ignore(issue_id: int, body: schemas.Ignored) -> object:
    """The issue as it is now."""
    issue, now = _given(issue_id)
    done = actions.ignore(issue, now, body.until_at, body.more, body.until_grows, body.note)
    return _stepped(issue, done)


@blueprint.post("/<int:issue_id>/assign/")
@_step("Say who sees to an issue", schemas.Assigned)
def assign(issue_id: int, body: schemas.Assigned) -> object:
    """The issue as it is now."""
    issue, now = _given(issue_id)
    return _stepped(issue, actions.assign(issue, body.user_id, now))


@blueprint.post("/<int:issue_id>/merge/")
@_step("Merge other issues into this one", schemas.Merged)
def merge(issue_id: int, body: schemas.Merged) -> object:
    """The issue as it is now."""
    issue, now = _given(issue_id)
    return _stepped(issue, merging.merge(issue, body.issue_ids, now))


@blueprint.post("/<int:issue_id>/split/")
@_step(
    "Split some fingerprints, or what fits patterns, off an issue",
    schemas.Split,
    schemas.SplitRead,
)
def split(issue_id: int, body: schemas.Split) -> object:
    """Both issues as they are now."""
    issue, now = _given(issue_id)
    if body.matches is not None:
        done = separating.split_by_rule(issue, body.matches, now)
    else:
        done = merging.split(issue, body.fingerprint_ids or [], now)
    new = db.session.get(RecurringIssue, (done.details or {})["into"])
    return _stepped(issue, done) | {"new_issue": new}


@blueprint.post("/bulk/")
@_step("Do one thing to many issues, to be undone at once", schemas.Bulk, schemas.ManyRead)
def bulk(body: schemas.Bulk) -> object:
    """What was done, and to which it was not."""
    done = many.bulk(body.verb, body.issue_ids, clock.now(), **body.options())
    return _many(done.undo_id, done.done, done.refused)


@blueprint.post("/undo/")
@_step("Undo a step, a merge, a split, or what was done to many", schemas.Undoing, schemas.ManyRead)
def undo(body: schemas.Undoing) -> object:
    """Which issues are as they were, and which are not."""
    undone = undoing.undo(body.undo_id, clock.now())
    return _many(None, undone.done, undone.refused)


@blueprint.post("/<int:issue_id>/comments/")
@operation(
    "Write a comment under an issue",
    role=Role.OPERATOR,
    body=schemas.CommentCreate,
    returns=CommentRead,
    status=201,
)
def write_comment(issue_id: int, body: schemas.CommentCreate) -> object:
    """The comment."""
    issue, now = _given(issue_id)
    return commenting.comment(issue, body.body, now)


@blueprint.put("/<int:issue_id>/comments/<int:comment_id>/")
@operation(
    "Change a comment that one has written",
    role=Role.OPERATOR,
    body=schemas.CommentCreate,
    returns=CommentRead,
)
def change_comment(issue_id: int, comment_id: int, body: schemas.CommentCreate) -> object:
    """The comment as it is now."""
    if (row := work_queries.comment(issue_id, comment_id)) is None:
        raise Problem(404, "There is no such comment.")
    return commenting.edit_comment(row, body.body, clock.now())


@blueprint.post("/<int:issue_id>/links/")
@operation(
    "Add an address to an issue",
    role=Role.OPERATOR,
    body=schemas.LinkCreate,
    returns=LinkRead,
    status=201,
)
def add_link(issue_id: int, body: schemas.LinkCreate) -> object:
    """The link."""
    issue, now = _given(issue_id)
    return commenting.link(issue, body.url, body.title, now)


@blueprint.delete("/<int:issue_id>/links/<int:link_id>/")
@operation("Take an address away from an issue", role=Role.OPERATOR)
def remove_link(issue_id: int, link_id: int) -> None:
    """The page it leads to is left alone."""
    if (row := work_queries.link(issue_id, link_id)) is None:
        raise Problem(404, "There is no such link.")
    commenting.unlink(row, clock.now())


def _given(issue_id: int) -> tuple[RecurringIssue, datetime]:
    return web.get_or_404(RecurringIssue, issue_id), clock.now()


def _stepped(issue: RecurringIssue, done: IssueTransition) -> dict[str, Any]:
    return {"undo_id": done.id, "issue": issue}


def _many(undo_id: int | None, done: list[int], refused: dict[int, str]) -> dict[str, Any]:
    return {
        "undo_id": undo_id,
        "issue_ids": done,
        "refused": [{"issue_id": key, "message": why} for key, why in sorted(refused.items())],
    }
