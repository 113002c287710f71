"""Verbs about grouping rules: add, order, delete. They are for what comes from then on."""

from sqlalchemy import func, select

from webapp.activity import actions as activity
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues.grouping_rules import Rule
from webapp.issues.previews import stored_rules
from webapp.issues.work_models import GroupingRule

MOST_RULES = 200


def add(rule: Rule, by: str | None = None) -> GroupingRule:
    """Store a rule after those that are there; flushes. 409 when there are too many."""
    count, last = db.session.execute(
        select(func.count(GroupingRule.id), func.max(GroupingRule.position))
    ).one()
    if count >= MOST_RULES:
        raise Problem(409, f"There are {MOST_RULES} grouping rules already. Delete one first.")
    made = GroupingRule(
        kind=rule.kind, matches=dict(rule.matches), fingerprint=rule.fingerprint,
        position=(last or 0) + 1, created_by=by,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _note(made, "added")
    return made


def move(rule: GroupingRule, steps: int) -> None:
    """Put a rule so many places later, or earlier for a negative number; flushes."""
    rules = list(stored_rules())
    before = rules.index(rule)
    after = min(max(before + steps, 0), len(rules) - 1)
    rules.insert(after, rules.pop(before))
    for position, each in enumerate(rules, 1):
        each.position = position
    db.session.flush()
    if after != before:
        _note(rule, f"put at place {after + 1}")


def delete(rule: GroupingRule) -> None:
    """Delete a rule; what it held together stays so. Flushes."""
    _note(rule, "deleted")
    db.session.delete(rule)
    db.session.flush()


def _note(rule: GroupingRule, done: str) -> None:
    """Write into the diary what was done to a rule."""
    details = {"rule_id": rule.id, "kind": rule.kind.value, "matches": rule.matches}
    text = f"The grouping rule {rule.fingerprint} was {done}"
    activity.record(ActivityType.GROUPING_CHANGED, text, details=details)
