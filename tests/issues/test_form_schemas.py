"""What the form of a new occurrence sends."""

import pytest
from pydantic import ValidationError

from webapp.core import clock
from webapp.issues.form_schemas import FORMS
from webapp.issues.kinds import IssueKind, Severity

BASE = {"kind": "operational", "name": "n", "task": "t", "error_message": "e"}


@pytest.mark.parametrize(
    ("given", "kind", "subject"),
    [
        ({"kind": "fault", "error_code": "DB", "description": "gone"}, IssueKind.FAULT, "DB"),
        ({"kind": "overload", "component_name": "API", "value": "7"}, IssueKind.OVERLOAD, "API"),
        (BASE, IssueKind.OPERATIONAL, "t"),
    ],
)
def test_each_kind_becomes_an_occurrence(given, kind, subject):
    made = FORMS[given["kind"]].model_validate(given).occurrence(clock.now())
    assert (made.kind, made.subject) == (kind, subject)
    assert made.severity is (Severity.WARNING if kind is IssueKind.OVERLOAD else Severity.ERROR)


def test_the_context_is_written_as_json():
    form = FORMS["operational"].model_validate(BASE | {"context": '{"order": {"id": 7}}'})
    assert form.occurrence(clock.now()).context == {"order": {"id": 7}}


@pytest.mark.parametrize("context", ["[1]", "{", "7", '{"a": ' * 30 + "1" + "}" * 30])
def test_another_context_is_refused(context):
    with pytest.raises(ValidationError):
        FORMS["operational"].model_validate(BASE | {"context": context})
