from flask import Flask

from tests.issues import makers
from tests.statements import count_statements
from webapp.issues import grouping
from webapp.issues.grouping_rules import Rule
from webapp.issues.kinds import IssueKind
from webapp.issues.previews import Touched, preview

TRACEBACK = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\nKeyError: 7\n'


def rule(fingerprint: str = "timeouts", **matches: str) -> Rule:
    return Rule(IssueKind.OPERATIONAL, matches or {"message": "*timed out*"}, fingerprint)


def some_issues() -> tuple[int, int]:
    one, other = makers.issue("Import failed"), makers.issue("Export failed")
    for number in range(3):
        makers.operational(one, error_message=f"timed out after {number} s", host="web1")
    makers.operational(one, error_message="no such file", traceback=TRACEBACK)
    makers.operational(other, error_message="timed out", host="web2")
    return one.id, other.id


def test_it_says_what_would_move_from_where(context: Flask) -> None:
    one, other = some_issues()
    found = preview(rule())
    assert (found.looked_at, found.moved) == (5, 4)
    assert found.touched == [
        Touched(one, "Import failed", 4, 3), Touched(other, "Export failed", 1, 1),
    ]  # fmt: skip
    assert found.groups == [("timeouts", 4)]
    assert preview(rule("slow {host}")).groups == [("slow web1", 3), ("slow web2", 1)]


def test_what_an_earlier_rule_takes_is_not_moved(context: Flask) -> None:
    some_issues()
    grouping.add(rule("web1", host="web1"))
    assert preview(rule()).moved == 1


def test_exceptions_are_read_where_they_are_asked_for(context: Flask) -> None:
    some_issues()
    assert preview(rule(exception="KeyError")).moved == 1
    ((said, _),) = preview(rule("{{ default }} here", exception="KeyError")).groups
    assert said.startswith("exception KeyError")
    assert said.endswith(" here")


def test_faults_and_overloads_can_be_grouped_too(context: Flask) -> None:
    issue = makers.issue("Down", kind=IssueKind.FAULT)
    makers.fault(issue, host="web1")
    assert preview(Rule(IssueKind.FAULT, {"host": "web*"}, "x")).moved == 1
    assert preview(Rule(IssueKind.OVERLOAD, {"host": "web*"}, "x")).looked_at == 0


def test_it_costs_three_statements_however_many_there_are(context: Flask) -> None:
    some_issues()
    with count_statements(context) as statements:
        preview(rule())
    assert len(statements) <= 3
