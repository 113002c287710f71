"""What is done to all ticked issues at once."""

import pytest

from tests.issues.makers import issue
from tests.issues.test_work_pages import follow, undo_fields
from webapp.core.db import db
from webapp.issues.kinds import IssueStatus
from webapp.issues.models import RecurringIssue


@pytest.fixture
def ids(app):
    """Three open issues and a resolved one."""
    with app.app_context():
        made = [issue(f"Issue {n}", occurrences=n + 1) for n in range(3)]
        made.append(issue("Done", status=IssueStatus.RESOLVED))
        db.session.commit()
        return [row.id for row in made]


def statuses(app):
    with app.app_context():
        query = db.select(RecurringIssue.status).order_by(RecurringIssue.id)
        return [status.value for status in db.session.scalars(query)]


def test_all_ticked_ones_are_resolved_and_the_rest_is_said(app, ids, operator):
    fields = {"verb": "resolve", "issue": [*ids[1:]], "back": "status=open&page=2"}
    answer = operator.post("/issues/bulk", fields)
    assert answer.headers["Location"] == "/issues/?status=open&page=2"
    page = operator.get("/issues/").text
    assert "2 issues resolved." in page
    assert "Not done to 1 issue: It is resolved already." in page
    assert statuses(app) == ["open", "resolved", "resolved", "resolved"]
    follow(operator, operator.post("/issues/undo", undo_fields(page)))
    assert statuses(app) == ["open", "open", "open", "resolved"]


def test_what_cannot_be_undone_is_said(app, ids, operator):
    page = follow(operator, operator.post("/issues/bulk", {"verb": "resolve", "issue": ids[:3]}))
    operator.post(f"/issues/{ids[0]}/do/reopen")
    operator.get("/issues/")
    page = follow(operator, operator.post("/issues/undo", undo_fields(page)))
    assert "Not for 1 of the issues: It was changed since" in page
    assert statuses(app) == ["open", "open", "open", "resolved"]


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"verb": "acknowledge"}, "acknowledged", "1 issue acknowledged."),
        ({"verb": "ignore", "ignoring": "week"}, "ignored", "1 issue ignored."),
        ({"verb": "assign"}, "open", "1 issue taken."),
    ],
)
def test_each_deed(app, ids, operator, fields, status, says):
    page = follow(operator, operator.post("/issues/bulk", fields | {"issue": [ids[0]]}))
    assert says in page
    assert statuses(app)[0] == status


def test_the_ticked_ones_are_merged_into_the_one_that_came_most(app, ids, operator):
    fields = {"verb": "merge", "issue": ids[:3]}
    page = follow(operator, operator.post("/issues/bulk", fields))
    assert "2 issues merged into Issue 2." in page
    with app.app_context():
        assert db.session.get(RecurringIssue, ids[2]).occurrences == 6
    follow(operator, operator.post("/issues/undo", undo_fields(page)))
    with app.app_context():
        assert db.session.get(RecurringIssue, ids[2]).occurrences == 3


def test_where_there_is_nothing_to_do_it_says_so(ids, operator):
    for fields, says in [
        ({"verb": "resolve"}, "Tick the issues first."),
        ({"verb": "resolve", "issue": ["x"]}, "Tick the issues first."),
        ({"verb": "merge", "issue": [ids[0]]}, "Tick two or more issues to merge them."),
    ]:
        assert says in follow(operator, operator.post("/issues/bulk", fields))


def test_another_deed_and_another_person_are_refused(ids, operator, viewer):
    assert operator.post("/issues/bulk", {"verb": "x", "issue": ids}).status_code == 400
    assert viewer.post("/issues/bulk", {"verb": "resolve", "issue": ids}).status_code == 403
