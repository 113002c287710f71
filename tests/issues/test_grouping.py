import pytest
from flask import Flask
from sqlalchemy import select

from webapp.activity.models import ActivityEvent
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import grouping
from webapp.issues.grouping_rules import Rule
from webapp.issues.kinds import IssueKind
from webapp.issues.previews import stored_rules


def added(fingerprint: str) -> grouping.GroupingRule:
    return grouping.add(Rule(IssueKind.OPERATIONAL, {"task": "x"}, fingerprint), "li@example.net")


def order() -> list[str]:
    return [rule.fingerprint for rule in stored_rules()]


def test_a_rule_comes_after_those_that_are_there(context: Flask) -> None:
    for name in "abc":
        added(name)
    assert order() == ["a", "b", "c"]
    assert stored_rules()[0].created_by == "li@example.net"


def test_a_rule_is_moved_within_the_order(context: Flask) -> None:
    rules = {name: added(name) for name in "abc"}
    moves = [("a", 1, "bac"), ("c", -9, "cba"), ("c", -1, "cba"), ("c", 9, "bac")]
    for name, steps, expected in moves:
        grouping.move(rules[name], steps)
        assert "".join(order()) == expected


def test_a_deleted_rule_is_gone_and_the_diary_tells(context: Flask) -> None:
    grouping.delete(added("a"))
    assert order() == []
    told = db.session.scalars(select(ActivityEvent.message)).all()
    assert "The grouping rule a was deleted" in told


def test_there_are_not_too_many(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST_RULES", 1)
    added("a")
    with pytest.raises(Problem, match="Delete one first"):
        added("b")
