"""JSON: /api/monitoring/grouping-rules/."""

from webapp.core import access, web
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation
from webapp.core.problems import FieldError, invalid
from webapp.issues import grouping, previews
from webapp.issues import grouping_schemas as schemas
from webapp.issues.grouping_rules import Rule
from webapp.issues.work_models import GroupingRule

blueprint = json_blueprint("grouping_rules", "/api/monitoring/grouping-rules")


@blueprint.get("/")
@operation(
    "List grouping rules in their order",
    role=Role.VIEWER,
    query=schemas.GroupingRuleQuery,
    returns=schemas.GroupingRuleListResponse,
)
def list_rules(query: schemas.GroupingRuleQuery) -> object:
    """One page of rules."""
    rules = previews.stored_rules()
    skip = (query.page - 1) * query.page_size
    return rules[skip : skip + query.page_size], len(rules)


@blueprint.post("/")
@operation(
    "Add a grouping rule after the others",
    role=Role.OPERATOR,
    body=schemas.GroupingRuleCreate,
    returns=schemas.GroupingRuleRead,
    status=201,
)
def create_rule(body: schemas.GroupingRuleCreate) -> object:
    """The new rule, for what comes from now on."""
    return grouping.add(_rule(body), access.email())


@blueprint.post("/preview/")
@operation(
    "Say what a grouping rule would move",
    role=Role.VIEWER,
    body=schemas.GroupingRuleCreate,
    returns=schemas.PreviewRead,
)
def preview_rule(body: schemas.GroupingRuleCreate) -> object:
    """Among the newest stored occurrences; nothing is changed."""
    found = previews.preview(_rule(body))
    groups = [{"fingerprint": said, "occurrences": count} for said, count in found.groups]
    return {
        "looked_at": found.looked_at,
        "moved": found.moved,
        "touched": found.touched,
        "groups": groups,
        "further_groups": found.further_groups,
    }


@blueprint.post("/<int:rule_id>/move/")
@operation(
    "Try a grouping rule earlier or later",
    role=Role.OPERATOR,
    body=schemas.MoveForm,
    returns=schemas.GroupingRuleRead,
)
def move_rule(rule_id: int, body: schemas.MoveForm) -> object:
    """The rule at its new place."""
    rule = web.get_or_404(GroupingRule, rule_id)
    grouping.move(rule, -1 if body.to == "earlier" else 1)
    return rule


@blueprint.delete("/<int:rule_id>/")
@operation("Delete a grouping rule", role=Role.OPERATOR, status=204)
def delete_rule(rule_id: int) -> None:
    """What it held together stays together."""
    grouping.delete(web.get_or_404(GroupingRule, rule_id))


def _rule(body: schemas.GroupingRuleCreate) -> Rule:
    rule = Rule(body.kind, body.matches, body.fingerprint)
    if found := schemas.problems_of(rule):
        raise invalid(*(FieldError(name, sentence) for name, sentence in found.items()))
    return rule
