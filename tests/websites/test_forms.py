"""What was typed into the form, as the verbs take it."""

import pytest

from webapp.websites.forms import ENTRIES, GROUPS, SECRETS, option_values, read
from webapp.websites.options import CheckOptions, CheckSecrets

BASE = {"url": "https://a.example", "check_interval": "60", "timeout": "30"}


def test_every_option_and_secret_has_its_field():
    assert set(CheckOptions.model_fields) <= set(ENTRIES)
    known = set(CheckSecrets.model_fields) - {"heartbeat_key"}
    assert set(SECRETS.values()) == known
    assert len({group.title for group in GROUPS}) == len(GROUPS)


def test_the_basic_fields_alone_say_nothing_of_options():
    fields, errors = read(BASE | {"name": " Shop "})
    assert errors == {}
    assert fields == {
        "url": "https://a.example/", "name": "Shop", "check_interval": 60, "timeout": 30,
    }  # fmt: skip


def test_the_whole_form_says_all_options_and_a_box_that_is_absent_means_no():
    typed = BASE | {
        "complete": "yes", "verify_tls": "yes", "headers": "A: 1\nB: x: y", "slow_ms": "900",
        "json_assertions": "a exists\n\n b == 1 ", "secret_headers": "X-Key: k", "password": "p",
    }  # fmt: skip
    fields, errors = read(typed)
    assert errors == {}
    assert fields["options"] == {
        "follow_redirects": False, "headers": {"A": "1", "B": "x: y"}, "slow_ms": 900,
        "json_assertions": ["a exists", "b == 1"],
    }  # fmt: skip
    assert fields["secrets"].names() == ["headers", "password"]


def test_secrets_that_are_left_empty_stay_and_all_can_be_forgotten():
    fields, _ = read(BASE | {"complete": "yes"})
    assert "secrets" not in fields
    fields, _ = read(BASE | {"complete": "yes", "forget_secrets": "yes", "token": "new"})
    assert fields["secrets"].model_fields_set == set(SECRETS.values())
    assert fields["secrets"].names() == ["token"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({"url": "ftp://x"}, "url"), ({"timeout": "0"}, "timeout"), ({"pattern": "("}, "pattern"),
        ({"headers": "nonsense"}, "headers"), ({"headers": "Cookie: a"}, "headers"),
        ({"json_assertions": "a exists\nx"}, "json_assertions"), ({"slow_ms": "x"}, "slow_ms"),
        ({"secret_headers": "Bad Name: x"}, "secret_headers"), ({"client_key": "x"}, "client_key"),
        ({"secret_headers": "nonsense"}, "secret_headers"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_of_its_field_without_repeating_secrets(typed, name):
    fields, errors = read(BASE | {"complete": "yes"} | typed)
    assert fields is None
    assert list(errors) == [name]
    if name in SECRETS:
        assert typed[name] not in errors[name] or typed[name] == "x"


def test_options_are_shown_as_they_are_typed():
    options = CheckOptions(headers={"A": "1"}, json_assertions=["a exists", "b exists"])
    values = option_values(options)
    assert (values["headers"], values["json_assertions"]) == ("A: 1", "a exists\nb exists")
    assert values["follow_redirects"] is True
