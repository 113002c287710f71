"""What a heartbeat is called in its URL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.websites.transfer.nicknames import nickname
from webapp.websites.urls import normalised


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nightly Bäckup!", "nightly-backup"), ("a_b.c", "a_b.c"), ("--x--", "x"),
        ("漢字", "push-1"), ("", "push-1"), ("x" * 200, "x" * 80),
    ],
)  # fmt: skip
def test_a_name_becomes_letters_digits_and_hyphens(name, expected):
    assert nickname(name, "push-1") == expected


@given(st.text())
def test_it_always_makes_a_url(name):
    assert normalised(f"heartbeat://{nickname(name, 'push-1')}-7")
