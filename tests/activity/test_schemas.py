"""What the diary accepts."""

import pytest
from pydantic import ValidationError

from webapp.activity.models import ActivityType
from webapp.activity.schemas import ActivityEventCreate, ActivityQuery, Within

SEED_TYPES = [
    "user_registered",
    "user_approved",
    "user_rejected",
    "stream_started",
    "stream_stopped",
    "stream_error",
    "track_added",
    "track_removed",
    "system_warning",
    "system_error",
]
GOOD = {"type": "track_added", "message": "A track was added"}


@pytest.mark.parametrize("type", SEED_TYPES + [t.value for t in ActivityType])
def test_every_type_is_accepted(type):
    assert ActivityEventCreate.model_validate(GOOD | {"type": type}).type.value == type


@pytest.mark.parametrize("message", ["x", "x" * 500, "  spaces are cut  "])
def test_a_message_of_1_to_500_characters_is_accepted(message):
    assert ActivityEventCreate.model_validate(GOOD | {"message": message}).message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message", ""),
        ("message", "   "),
        ("message", "x" * 501),
        ("message", None),
        ("type", "something_else"),
        ("user_email", "not an address"),
        ("user_email", "a" * 250 + "@example.org"),
        ("details", [1, 2]),
        ("details", "text"),
        ("id", 7),
        ("created_at", "2026-01-01T00:00:00Z"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(field, value):
    with pytest.raises(ValidationError) as refused:
        ActivityEventCreate.model_validate(GOOD | {field: value})
    assert refused.value.errors()[0]["loc"][0] == field


@pytest.mark.parametrize(
    "given",
    [{"limit": 0}, {"limit": 201}, {"offset": -1}, {"type": "no"}, {"from": "2026-01-01T00:00:00"}],
)
def test_a_question_that_cannot_be_answered_is_refused(given):
    with pytest.raises(ValidationError):
        ActivityQuery.model_validate(given)


def test_periods_are_durations():
    assert [w.span.total_seconds() / 3600 for w in Within] == [1, 24, 168]
