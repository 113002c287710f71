"""The form with which a person reports an issue."""

import pytest

from tests.issues.test_work_pages import follow
from webapp.core.db import db
from webapp.issues.models import Fault, OperationalIssue, Overload, RecurringIssue

OPERATIONAL = {
    "kind": "operational", "name": "Import failed", "task": "import_orders",
    "error_message": "Row 17 is bad", "context": '{"row": 17, "password": "hunter2"}',
    "host": "web-1", "service": "", "severity": "warning",
}  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "model", "says"),
    [
        ({"kind": "fault", "error_code": "DB_GONE", "description": "Gone"}, Fault, "Gone"),
        ({"kind": "overload", "component_name": "API", "value": "97.5", "unit": "percent"},
         Overload, "97.5 %"),
        (OPERATIONAL, OperationalIssue, "Row 17 is bad"),
    ],
)  # fmt: skip
def test_what_is_reported_is_an_issue_and_counted_when_it_comes_again(
    app, operator, fields, model, says
):
    page = follow(operator, operator.post("/issues/new", fields))
    assert "It is a new issue." in page
    assert says in page
    page = follow(operator, operator.post("/issues/new", fields))
    assert "It was counted here: it came before." in page
    assert "2 times" in page
    with app.app_context():
        assert db.session.query(model).count() == 2
        assert db.session.query(RecurringIssue).count() == 1


def test_secrets_are_taken_out(app, operator):
    assert "hunter2" not in follow(operator, operator.post("/issues/new", OPERATIONAL))


def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(app, operator):
    for changed, field in [
        ({"task": ""}, "task"),
        ({"context": "[1, 2]"}, "context"),
        ({"context": "{"}, "context"),
        ({"severity": "critical"}, "severity"),
        ({"name": "x" * 256}, "name"),
    ]:
        answer = operator.post("/issues/new", OPERATIONAL | changed)
        assert answer.status_code == 422
        assert f'id="{field}_error"' in answer.text
        assert "Row 17 is bad" in answer.text
    with app.app_context():
        assert db.session.query(RecurringIssue).count() == 0


def test_there_is_a_form_for_each_kind(operator, viewer):
    for kind in ("fault", "overload", "operational"):
        page = operator.get(f"/issues/new?kind={kind}")
        assert page.status_code == 200
        assert f'name="kind" value="{kind}"' in page.text
    assert viewer.get("/issues/new").status_code == 403


def test_there_is_none_for_another(operator):
    assert operator.get("/issues/new?kind=x").status_code == 400
    assert operator.post("/issues/new", {"kind": "x"}).status_code == 400
