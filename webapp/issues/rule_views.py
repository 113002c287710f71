"""Pages: threshold rules, the form with its replay, and what is done to a rule."""

from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.exceptions import BadRequest

from webapp.core import access, clock, htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import rule_queries, rule_replays, rules
from webapp.issues.rule_models import ThresholdRule
from webapp.issues.rule_schemas import RuleBase, RuleForm, RuleQuery

blueprint = Blueprint("issue_rules", __name__, url_prefix="/issues/rules")
PAGE_SIZE = 50
NEW = {
    "kind": "system", "direction": "above", "for_s": 300, "minimum_samples": 1,
    "keep_open_s": 60, "is_active": "yes", "replay_over": "24h",
}  # fmt: skip


@blueprint.get("/")
@needs(Role.VIEWER)
def index() -> Response:
    """All rules by name, with what they watch and what is over a level now."""
    given = {k: v for k, v in request.args.items() if v.strip()}
    try:
        query = RuleQuery.model_validate(given | {"page_size": PAGE_SIZE})
    except ValueError as error:
        raise BadRequest("The address of this page is not one we gave.") from error
    lines, total = rule_queries.rules_page(query.search, (query.page - 1) * PAGE_SIZE, PAGE_SIZE)
    return htmx.render(
        "issues/rules.html", "main",
        lines=lines, total=total, query=query, page_size=PAGE_SIZE,
    )  # fmt: skip


@blueprint.get("/new")
@needs(Role.OPERATOR)
def new() -> Response:
    """The form of a new rule; the address may fill it in, as a chart's link does."""
    known = {k: v for k, v in request.args.items() if k in RuleBase.model_fields}
    return _form(None, NEW | known)


@blueprint.post("/new")
@needs(Role.OPERATOR)
def create() -> Response:
    """Save a new rule."""
    return _save(None)


@blueprint.get("/<int:rule_id>")
@needs(Role.VIEWER)
def show(rule_id: int) -> Response:
    """A rule in its form."""
    rule = web.get_or_404(ThresholdRule, rule_id)
    return _form(rule, _typed(rule))


@blueprint.post("/<int:rule_id>")
@needs(Role.OPERATOR)
def change(rule_id: int) -> Response:
    """Save what was changed of a rule."""
    return _save(web.get_or_404(ThresholdRule, rule_id))


@blueprint.post("/replay")
@needs(Role.VIEWER)
def replay() -> Response:
    """When the rule in the form would have found a breach; nothing is saved."""
    form, errors = _read()
    found = None
    if form is not None:
        found = rule_replays.shown(form.values(), form.replay_over, clock.now())
    if htmx.block_wanted():
        # What is not finished yet is no mistake.
        return htmx.render("issues/rule_form.html", "replay", replay=found, errors=errors)
    return _form(None, request.form.to_dict(), errors, found)


@blueprint.get("/<int:rule_id>/delete")
@needs(Role.OPERATOR)
def confirm_delete(rule_id: int) -> Response:
    """Ask first."""
    rule = web.get_or_404(ThresholdRule, rule_id)
    return htmx.render("issues/rule_delete.html", "main", rule=rule)


@blueprint.post("/<int:rule_id>/delete")
@needs(Role.OPERATOR)
def delete(rule_id: int) -> Response:
    """Delete a rule."""
    rules.delete(web.get_or_404(ThresholdRule, rule_id), clock.now())
    return _done("The rule was deleted.")


@blueprint.post("/<int:rule_id>/pause")
@needs(Role.OPERATOR)
def pause(rule_id: int) -> Response:
    """Judge nothing by a rule for now."""
    rules.pause(web.get_or_404(ThresholdRule, rule_id), clock.now())
    return _done("The rule is paused.")


@blueprint.post("/<int:rule_id>/resume")
@needs(Role.OPERATOR)
def resume(rule_id: int) -> Response:
    """Judge by a rule again."""
    rules.resume(web.get_or_404(ThresholdRule, rule_id), clock.now())
    return _done("The rule is judged by again.")


@blueprint.post("/restore-defaults")
@needs(Role.OPERATOR)
def restore_defaults() -> Response:
    """Make the rules that come with the product as they came."""
    restored = rules.restore_defaults(clock.now())
    named = ", ".join(rule.name for rule in restored)
    return _done(f"Restored: {named}." if named else "All of them are as they came.")


def _save(rule: ThresholdRule | None) -> Response:
    form, errors = _read()
    if form is not None:
        try:
            if rule is None:
                rules.create(form.values(), clock.now(), access.email())
            else:
                rules.change(rule, form.values(), clock.now())
        except Problem as problem:
            errors = web.by_field(problem.errors) or {"name": problem.detail}
            db.session.rollback()
        else:
            return _done("The rule was saved.")
    return _form(rule, request.form.to_dict(), errors)


def _read() -> tuple[RuleForm | None, dict[str, str]]:
    form, errors = web.parse_form(RuleForm)
    if form is None:
        return None, errors
    errors = dict(reversed(form.values().problems()))
    return (None if errors else form), errors


def _form(
    rule: ThresholdRule | None,
    values: dict[str, Any],
    errors: dict[str, str] | None = None,
    found: rule_replays.Shown | None = None,
) -> Response:
    return htmx.render(
        "issues/rule_form.html", "main", 422 if errors else 200,
        rule=rule, values=values, errors=errors or {}, replay=found,
        names=rule_queries.metric_names(),
        action=url_for("issue_rules.show", rule_id=rule.id) if rule else url_for(".create"),
    )  # fmt: skip


def _typed(rule: ThresholdRule) -> dict[str, Any]:
    """A rule as its form has it."""
    told = {name: getattr(rule, name) for name in RuleBase.model_fields}
    told |= {"kind": rule.kind.value, "direction": rule.direction.value, "replay_over": "24h"}
    told["labels"] = "\n".join(f"{name}: {text}" for name, text in sorted(rule.labels.items()))
    levels = ("warning", "error", "critical", "recovery")
    return told | {n: f"{told[n]:.15g}" for n in levels if told[n] is not None}


def _done(sentence: str) -> Response:
    db.session.commit()
    flash(sentence, "success")
    return htmx.redirect(url_for("issue_rules.index"))
