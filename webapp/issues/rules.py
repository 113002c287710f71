"""Verbs about threshold rules: create, change, pause, delete, restore; what each then watches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from webapp.activity import actions as activity
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.issues import watching
from webapp.issues.default_rules import BY_KEY, DEFAULT_RULES
from webapp.issues.leases import lock_mark
from webapp.issues.rule_models import JudgeMark, ThresholdRule
from webapp.issues.rule_values import RuleValues

MOST_RULES = 2_000
DEFAULTS_MARK = "default rules"
TAKEN = "There is a rule of that name already."


def create(values: RuleValues, now: datetime, by: str | None = None) -> ThresholdRule:
    """Add a rule and have it watch what it means; raises a `Problem`. Flushes."""
    _refuse_nonsense(values)
    _refuse_taken(values.name, None)
    if (db.session.scalar(select(func.count(ThresholdRule.id))) or 0) >= MOST_RULES:
        raise Problem(409, f"There are {MOST_RULES} rules already. Delete one first.")
    rule = _add(values.columns() | {"created_by": by}, now)
    _note(ActivityType.RULE_CREATED, rule, "created")
    return rule


def change(rule: ThresholdRule, values: RuleValues, now: datetime) -> None:
    """Make a rule say this. What it has found goes on where it still watches. Flushes."""
    _refuse_nonsense(values)
    _refuse_taken(values.name, rule.id)
    told = {name: value for name, value in values.columns().items() if getattr(rule, name) != value}
    if not told:
        return
    _set(rule, told, now)
    _note(ActivityType.RULE_CHANGED, rule, "changed", sorted(told))


def pause(rule: ThresholdRule, now: datetime) -> None:
    """Judge nothing by a rule until it is resumed; what it has found is over. Flushes."""
    if rule.is_active:
        _set(rule, {"is_active": False}, now)
        _note(ActivityType.RULE_CHANGED, rule, "paused")


def resume(rule: ThresholdRule, now: datetime) -> None:
    """Judge by a rule again. Flushes."""
    if not rule.is_active:
        _set(rule, {"is_active": True}, now)
        _note(ActivityType.RULE_CHANGED, rule, "resumed")


def delete(rule: ThresholdRule, now: datetime) -> None:
    """Delete a rule; what it has found is over, and stays. Flushes."""
    rule.is_active = False
    watching.rematch(rule, now)
    _note(ActivityType.RULE_DELETED, rule, "deleted")
    db.session.delete(rule)
    db.session.flush()


def restore_defaults(now: datetime) -> list[ThresholdRule]:
    """Make the rules that come with the product as they came; the ones that were not. Flushes."""
    known = {
        rule.default_key: rule
        for rule in db.session.scalars(select(ThresholdRule))
        if rule.default_key is not None
    }
    restored = []
    for default in DEFAULT_RULES:
        columns, rule = default.columns(), known.get(default.default_key)
        if rule is None:
            restored.append(_add(columns | {"name": _free_name(default.name)}, now))
        elif told := _differences(rule, columns):
            _set(rule, told, now)
            restored.append(rule)
    for rule in restored:
        _note(ActivityType.RULE_CHANGED, rule, "restored")
    return restored


def restore(rule: ThresholdRule, now: datetime) -> None:
    """Make one rule that comes with the product as it came; raises a `Problem`. Flushes."""
    default = BY_KEY.get(rule.default_key or "")
    if default is None:
        raise Problem(409, "This rule did not come with the product.")
    if told := _differences(rule, default.columns()):
        _set(rule, told, now)
        _note(ActivityType.RULE_CHANGED, rule, "restored")


def is_as_it_came(rule: ThresholdRule) -> bool:
    """Whether a rule that came with the product says what it said then."""
    default = BY_KEY.get(rule.default_key or "")
    return default is not None and not _differences(rule, default.columns())


def make_defaults(now: datetime) -> int:
    """Add the rules that come with the product, once and for all; how many. Flushes.

    One statement when that was done. One that was deleted since stays deleted.
    """
    made = select(JudgeMark.position).where(JudgeMark.name == DEFAULTS_MARK)
    if db.session.scalar(made):
        return 0
    mark = lock_mark(DEFAULTS_MARK)
    if mark.position:
        return 0
    for default in DEFAULT_RULES:
        _add(default.columns() | {"name": _free_name(default.name)}, now)
    mark.position = 1
    db.session.flush()
    return len(DEFAULT_RULES)


def _differences(rule: ThresholdRule, columns: Mapping[str, Any]) -> dict[str, Any]:
    # What people call it is theirs.
    return {k: v for k, v in columns.items() if k != "name" and getattr(rule, k) != v}


def _add(columns: Mapping[str, Any], now: datetime) -> ThresholdRule:
    rule = ThresholdRule(**columns, created_at=now, updated_at=now)
    db.session.add(rule)
    _flush()
    watching.rematch(rule, now)
    return rule


def _set(rule: ThresholdRule, columns: Mapping[str, Any], now: datetime) -> None:
    for name, value in columns.items():
        setattr(rule, name, value)
    rule.updated_at = now
    _flush()
    watching.rematch(rule, now)


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        # Somebody else took the name between our look and now.
        raise invalid(FieldError("name", TAKEN)) from error


def _free_name(name: str) -> str:
    names = set(db.session.scalars(select(ThresholdRule.name)))
    tries = (name, *(f"{name} {number}" for number in range(2, MOST_RULES + 3)))
    return next(each for each in tries if each not in names)


def _refuse_nonsense(values: RuleValues) -> None:
    if found := values.problems():
        raise invalid(*(FieldError(name, sentence) for name, sentence in found))


def _refuse_taken(name: str, rule_id: int | None) -> None:
    other = db.session.scalar(select(ThresholdRule.id).where(ThresholdRule.name == name))
    if other is not None and other != rule_id:
        raise invalid(FieldError("name", TAKEN))


def _note(
    type: ActivityType, rule: ThresholdRule, done: str, fields: list[str] | None = None
) -> None:
    details: dict[str, Any] = {"rule_id": rule.id, "rule": rule.name}
    details |= {"fields": fields} if fields else {}
    activity.record(type, f"Threshold rule {rule.name} {done}", details=details)
