"""JSON: /api/monitoring/threshold-rules/."""

from datetime import timedelta
from typing import Any

from webapp.core import access, clock, web
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation
from webapp.core.problems import FieldError, invalid
from webapp.issues import replaying, rule_queries, rules
from webapp.issues import rule_schemas as schemas
from webapp.issues.replaying import Replay
from webapp.issues.rule_models import ThresholdRule
from webapp.issues.rule_values import RuleValues

blueprint = json_blueprint("threshold_rules", "/api/monitoring/threshold-rules")


@blueprint.get("/")
@operation(
    "List threshold rules by name",
    role=Role.VIEWER,
    query=schemas.RuleQuery,
    returns=schemas.RuleListResponse,
)
def list_rules(query: schemas.RuleQuery) -> object:
    """One page of rules."""
    skip = (query.page - 1) * query.page_size
    return rule_queries.rules_page(query.search, skip, query.page_size)


@blueprint.post("/")
@operation(
    "Create a threshold rule",
    role=Role.OPERATOR,
    body=schemas.RuleCreate,
    returns=schemas.RuleRead,
    status=201,
)
def create_rule(body: schemas.RuleCreate) -> object:
    """The new rule, which watches what it means from now on."""
    return _line(rules.create(body.values(), clock.now(), access.email()))


@blueprint.post("/restore-defaults/")
@operation(
    "Restore the threshold rules that come with the product",
    role=Role.OPERATOR,
    returns=schemas.RestoredResponse,
)
def restore_defaults() -> object:
    """Those that were changed or deleted since."""
    restored = rules.restore_defaults(clock.now())
    return {"restored": [rule.name for rule in restored]}


@blueprint.post("/replay/")
@operation(
    "Say when a rule would have found a breach",
    role=Role.VIEWER,
    body=schemas.ReplayRequest,
    returns=schemas.ReplayRead,
)
def replay_rule(body: schemas.ReplayRequest) -> object:
    """Over the stored samples of the last hours; nothing is changed."""
    values, now = body.rule.values(), clock.now()
    if found := values.problems():
        raise invalid(*(FieldError(f"rule.{name}", sentence) for name, sentence in found))
    begin = clock.to_ms(now - timedelta(hours=body.hours))
    return _told(replaying.replay(values, begin, clock.to_ms(now)))


@blueprint.get("/<int:rule_id>/")
@operation("Read a threshold rule", role=Role.VIEWER, returns=schemas.RuleRead)
def read_rule(rule_id: int) -> object:
    """One rule."""
    return _line(web.get_or_404(ThresholdRule, rule_id))


@blueprint.put("/<int:rule_id>/")
@operation(
    "Change a threshold rule; what is left out stays as it is",
    role=Role.OPERATOR,
    body=schemas.RuleUpdate,
    returns=schemas.RuleRead,
)
def change_rule(rule_id: int, body: schemas.RuleUpdate) -> object:
    """The rule as it is now."""
    rule = web.get_or_404(ThresholdRule, rule_id)
    told = body.values(rule)
    optional = ("source", "percent_of", "warning", "error", "critical", "recovery")
    empty = [name for name, value in told.items() if value is None and name not in optional]
    if empty:
        raise invalid(*(FieldError(name, "This cannot be empty.") for name in empty))
    rules.change(rule, RuleValues(**told), clock.now())
    return _line(rule)


@blueprint.post("/<int:rule_id>/restore/")
@operation(
    "Make a rule that comes with the product as it came",
    role=Role.OPERATOR,
    returns=schemas.RuleRead,
)
def restore_rule(rule_id: int) -> object:
    """The rule as it is now; its name stays."""
    rule = web.get_or_404(ThresholdRule, rule_id)
    rules.restore(rule, clock.now())
    return _line(rule)


@blueprint.delete("/<int:rule_id>/")
@operation("Delete a threshold rule", role=Role.OPERATOR, status=204)
def delete_rule(rule_id: int) -> None:
    """What it found stays, and is over."""
    rules.delete(web.get_or_404(ThresholdRule, rule_id), clock.now())


def _line(rule: ThresholdRule) -> rule_queries.RuleLine:
    return rule_queries.lines([rule])[0]


def _told(found: Replay) -> dict[str, Any]:
    return {
        "from_at": clock.from_ms(found.from_ms),
        "to_at": clock.from_ms(found.to_ms),
        "fitting": found.fitting,
        "is_complete": found.is_complete,
        "count": found.count,
        "lasted_s": found.lasted_ms / 1000,
        "series": [_told_of(each) for each in found.series],
    }


def _told_of(each: replaying.Replayed) -> dict[str, Any]:
    told = {name: getattr(each, name) for name in ("series_id", "source", "unit", "samples")}
    spans = [
        {
            "from_at": clock.from_ms(span.from_ms),
            "to_at": None if span.to_ms is None else clock.from_ms(span.to_ms),
            "level": span.level,
            "peak_value": span.peak_value,
            "peak_at": clock.from_ms(span.peak_ms),
        }
        for span in each.spans
    ]
    return told | {"labels": dict(each.labels), "spans": spans}
