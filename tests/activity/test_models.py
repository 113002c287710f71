"""What an entry says about itself."""

import pytest

from webapp.activity.models import ActivityEvent, ActivityType


@pytest.mark.parametrize(
    ("type", "look", "label"),
    [
        (ActivityType.WEBSITE_DOWN, "down", "Website down"),
        (ActivityType.SYSTEM_WARNING, "warning", "System warning"),
        (ActivityType.TRACK_ADDED, "info", "Track added"),
    ],
)
def test_a_type_has_a_look_and_words(type, look, label):
    assert ActivityEvent(type=type.value).look == look
    assert type.label == label
