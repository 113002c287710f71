import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.issues.scrubbing import SCRUBBED, TOO_DEEP, scrub

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "name",
    ["password", "Passwd", "apiToken", "X-Api-Key", "api_key", "client_secret", "Authorization"]
    + ["set-cookie", "db_pwd", "auth", "session_id", "CSRFToken", "cardNumber", "private-key"],
)
def test_what_goes_by_the_name_of_a_secret_is_taken_out(name: str) -> None:
    assert scrub({"a": [{name: "hunter2"}]}) == {"a": [{name: SCRUBBED}]}


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_tokens", 100), ("token_type", "x"), ("author", "Li"), ("password_changed_at", "2026")]
    + [
        ("has_password", True),
        ("password", None),
        ("token", ""),
        ("secretary", "x"),
        ("path", "/"),
    ],
)
def test_what_only_sounds_like_a_secret_stays(name: str, value: Any) -> None:
    assert scrub({name: value}) == {name: value}


def test_a_secret_of_many_parts_is_taken_out_whole() -> None:
    assert scrub({"credentials": {"user": "a", "words": ["x"]}}) == {"credentials": SCRUBBED}


def test_further_names_can_be_given() -> None:
    keys = frozenset({"Order-Ref"})
    assert scrub({"order_ref": "x", "t": "orderRef=17 b=1"}, keys) == {
        "order_ref": SCRUBBED, "t": f"orderRef={SCRUBBED} b=1",
    }  # fmt: skip


def test_a_further_name_may_begin_as_a_plain_key_does() -> None:
    keys = frozenset({"key-code"})
    assert scrub("key=a key_code=17", keys) == f"key=a key_code={SCRUBBED}"


def test_a_secret_in_a_key_is_taken_out() -> None:
    assert scrub({"redis://:hunter2@h": 1}) == {f"redis://:{SCRUBBED}@h": 1}


def test_what_is_nested_too_deep_is_left_out() -> None:
    value: Any = "x"
    for _ in range(5_000):
        value = [value]
    assert TOO_DEEP in json.dumps(scrub(value))


@given(JSON)
@settings(max_examples=50)
def test_scrubbing_twice_changes_nothing_more(value: Any) -> None:
    assert scrub(scrub(value)) == scrub(value)


@given(JSON)
@settings(max_examples=50)
def test_harmless_values_of_any_shape_stay(value: Any) -> None:
    harmless = json.loads(json.dumps(value).replace("=", "-").replace(":", ": "))
    assert type(scrub(harmless)) is type(harmless)
