"""What is accepted, and what not."""

import pytest
from pydantic import ValidationError

from webapp.websites.schemas import CheckQuery, WebsiteCreate, WebsiteUpdate

URL = "http://example.org/"


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({}, "url"),
        ({"url": 5}, "url"),
        ({"url": "ftp://x/"}, "url"),
        ({"url": URL, "check_interval": 0}, "check_interval"),
        ({"url": URL, "check_interval": 86_401}, "check_interval"),
        ({"url": URL, "check_interval": 1.5}, "check_interval"),
        ({"url": URL, "timeout": 0}, "timeout"),
        ({"url": URL, "timeout": 121}, "timeout"),
        ({"url": URL, "name": " "}, "name"),
        ({"url": URL, "name": "x" * 256}, "name"),
        ({"url": URL, "description": "x" * 2001}, "description"),
        ({"url": URL, "name": "a\x00b"}, "name"),
        ({"url": "http://a\x00b/"}, "url"),
        ({"url": URL, "id": 5}, "id"),
    ],
)
def test_a_bad_website_is_refused_by_field(fields, at_fault):
    with pytest.raises(ValidationError) as refused:
        WebsiteCreate.model_validate(fields)
    assert [e["loc"][0] for e in refused.value.errors()] == [at_fault]


def test_the_bounds_are_accepted_and_a_timeout_may_be_longer_than_the_interval():
    for interval, timeout in ((1, 120), (86_400, 1)):
        made = WebsiteCreate(url=URL, check_interval=interval, timeout=timeout)
        assert (made.check_interval, made.timeout) == (interval, timeout)


def test_an_update_changes_only_what_it_names_and_clears_only_what_may_be_empty():
    update = WebsiteUpdate.model_validate({"description": None})
    assert update.model_dump(exclude_unset=True) == {"description": None}
    for name in ("url", "name", "timeout", "is_active"):
        with pytest.raises(ValidationError):
            WebsiteUpdate.model_validate({name: None})


def test_times_need_a_zone():
    assert CheckQuery.model_validate({"from": "2026-11-21T00:00:00Z"}).from_ is not None
    with pytest.raises(ValidationError):
        CheckQuery.model_validate({"from": "2026-11-21T00:00:00"})
