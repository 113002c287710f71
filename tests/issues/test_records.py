"""One shape for the stored occurrences of all three kinds."""

import pytest

from tests.issues.makers import fault, issue, operational, overload
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.records import kind_of, record

MAKERS = {
    IssueKind.FAULT: fault,
    IssueKind.OVERLOAD: overload,
    IssueKind.OPERATIONAL: operational,
}


@pytest.mark.parametrize("kind", list(IssueKind))
def test_each_kind_says_what_it_is_about(context, kind):
    of = issue(kind=kind, subject="DB")
    row = MAKERS[kind](of, severity=Severity.INFO, host="db-1", context={"a": 1})
    found = record(row)
    assert kind_of(row) is found.kind is kind
    assert (found.id, found.issue_id, found.subject) == (row.id, of.id, "DB")
    assert (found.severity, found.host, found.context) == (Severity.INFO, "db-1", {"a": 1})
    assert found.at.tzinfo is not None
