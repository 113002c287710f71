"""What a certificate says, and whether it ends soon."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.websites.certificates import described, is_due, problem_named, warning

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def ending(**after):
    return {"expires_at": (NOW + timedelta(**after)).isoformat()}


@pytest.mark.parametrize(
    ("certificate", "days", "expected"),
    [
        (None, 7, None),
        (ending(days=8), 7, None),
        (ending(days=6, hours=1), 7, "The certificate ends in 6 days."),
        (ending(days=1, hours=1), 7, "The certificate ends in 1 day."),
        (ending(hours=5), 7, "The certificate ends in 5 hours."),
        (ending(hours=-1), 7, "The certificate has expired."),
        (ending(hours=5), 0, None),
    ],
)
def test_one_that_ends_soon_is_warned_of(certificate, days, expected):
    assert warning(certificate, days, NOW) == expected


def test_it_is_read_again_after_an_hour():
    assert is_due(None, NOW)
    assert not is_due({"seen_at": (NOW - timedelta(minutes=59)).isoformat()}, NOW)
    assert is_due({"seen_at": (NOW - timedelta(minutes=60)).isoformat()}, NOW)


def test_what_is_no_certificate_is_nothing():
    assert described([], None, NOW) is None
    assert described(["nonsense"], None, NOW) is None


def test_problems_have_names():
    assert problem_named(0) is None
    assert problem_named(10) == "expired"
    assert problem_named(99) == "not valid (OpenSSL's code 99)"
