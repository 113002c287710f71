import pytest
from pydantic import ValidationError

from webapp.issues.grouping_schemas import GroupingForm
from webapp.issues.kinds import IssueKind


def test_only_what_was_filled_in_is_matched() -> None:
    rule = GroupingForm(subject="import_*", fingerprint="imports").rule()
    assert rule.kind is IssueKind.OPERATIONAL
    assert rule.matches == {"subject": "import_*"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "subject"),
        ({"message": "**"}, "subject"),
        ({"name": "x", "fingerprint": "{to}"}, "fingerprint"),
    ],
)
def test_a_rule_for_everything_and_unknown_names_are_refused(
    given: dict[str, str], field: str
) -> None:
    assert list(GroupingForm(**{"fingerprint": "x"} | given).problems()) == [field]


def test_names_and_the_default_are_known() -> None:
    form = GroupingForm(name="x", fingerprint="{task} {exception} {{ default }}")
    assert form.problems() == {}


def test_other_fields_are_refused() -> None:
    with pytest.raises(ValidationError):
        GroupingForm.model_validate({"fingerprint": "x", "color": "red"})
