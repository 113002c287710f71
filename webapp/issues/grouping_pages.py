"""Page: the grouping lab, with rules for what belongs together and what they would come to."""

from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from webapp.core import access, clock, htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import grouping, previews
from webapp.issues.fingerprints import keys_of
from webapp.issues.grouping_schemas import GroupingForm, MoveForm, TrialForm
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.occurrences import Occurrence
from webapp.issues.scrubbing import scrub
from webapp.issues.tracebacks import parse
from webapp.issues.work_models import GroupingRule

blueprint = Blueprint("issue_grouping", __name__, url_prefix="/issues/grouping")
PAGE = "issues/grouping.html"


@blueprint.get("/")
@needs(Role.VIEWER)
def index() -> Response:
    """The rules in their order, the form of a new one, and a field to try a text."""
    known = {k: v for k, v in request.args.items() if k in GroupingForm.model_fields}
    return _page(known)


@blueprint.post("/")
@needs(Role.OPERATOR)
def create() -> Response:
    """Save a new rule after the others."""
    form, errors = _read()
    if form is not None:
        try:
            grouping.add(form.rule(), access.email())
        except Problem as problem:
            errors = {"fingerprint": problem.detail}
        else:
            return _done("The rule was saved. It is for what comes from now on.")
    return _page(request.form.to_dict(), errors)


@blueprint.post("/preview")
@needs(Role.VIEWER)
def preview() -> Response:
    """What the rule in the form would move; nothing is saved."""
    form, errors = _read()
    found = previews.preview(form.rule()) if form is not None else None
    if htmx.block_wanted():
        return htmx.render(PAGE, "preview", preview=found, errors=errors)
    return _page(request.form.to_dict(), errors, preview=found)


@blueprint.post("/try")
@needs(Role.VIEWER)
def attempt() -> Response:
    """What a message or a traceback would be grouped by; nothing is saved."""
    form, errors = web.parse_form(TrialForm)
    trial = _trial(form.text) if form is not None else None
    if htmx.block_wanted():
        return htmx.render(PAGE, "trial", trial=trial, errors=errors)
    return _page({}, errors, trial=trial, text=request.form.get("text", ""))


@blueprint.post("/<int:rule_id>/move")
@needs(Role.OPERATOR)
def move(rule_id: int) -> Response:
    """Try a rule earlier or later than the one beside it."""
    rule = web.get_or_404(GroupingRule, rule_id)
    form, _ = web.parse_form(MoveForm)
    if form is None:
        return _page({}, {"to": "Say whether the rule goes earlier or later."})
    grouping.move(rule, -1 if form.to == "earlier" else 1)
    return _done(f"The rule is tried {form.to} now.")


@blueprint.get("/<int:rule_id>/delete")
@needs(Role.OPERATOR)
def confirm_delete(rule_id: int) -> Response:
    """Ask first."""
    rule = web.get_or_404(GroupingRule, rule_id)
    return htmx.render("issues/grouping_delete.html", "main", rule=rule)


@blueprint.post("/<int:rule_id>/delete")
@needs(Role.OPERATOR)
def delete(rule_id: int) -> Response:
    """Delete a rule."""
    grouping.delete(web.get_or_404(GroupingRule, rule_id))
    return _done("The rule was deleted. What it held together stays together.")


def _read() -> tuple[GroupingForm | None, dict[str, str]]:
    form, errors = web.parse_form(GroupingForm)
    if form is not None and (errors := form.problems()):
        return None, errors
    return form, errors


def _trial(text: str) -> dict[str, Any]:
    """A pasted text as if it had been sent without a name and a task."""
    clean = scrub(text)
    occurrence = Occurrence(IssueKind.OPERATIONAL, "", "", clean, Severity.ERROR, clock.now())
    return {"key": keys_of(occurrence).current, "trace": parse(clean), "scrubbed": clean != text}


def _page(values: dict[str, str], errors: dict[str, str] | None = None, **shown: Any) -> Response:
    return htmx.render(
        PAGE, "main", 422 if errors else 200,
        values={"kind": "operational"} | values, errors=errors or {},
        rules=previews.stored_rules(), **{"preview": None, "trial": None, "text": ""} | shown,
    )  # fmt: skip


def _done(message: str) -> Response:
    db.session.commit()
    flash(message, "success")
    return htmx.redirect(url_for("issue_grouping.index"))
