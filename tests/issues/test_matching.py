"""Which series a rule watches."""

import fnmatch
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.issues.matching import fits, is_like


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("web-1", "web-1", True),
        ("web-1", "web-10", False),
        ("web-*", "web-10", True),
        ("web-*", "web-", True),
        ("*-db", "eu-db", True),
        ("*eu*db*", "x-eu-1-db-2", True),
        ("a*a", "a", False),
        ("*", "", True),
        ("**", "x", True),
        ("", "", True),
        ("", "x", False),
        ("Web", "web", False),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("w*", "w\n1", True),
    ],
)
def test_a_pattern_fits_the_whole_text(pattern, text, expected):
    assert is_like(pattern, text) is expected


@given(st.text("ab*", max_size=8), st.text("ab", max_size=12))
def test_it_agrees_with_the_patterns_of_files(pattern, text):
    assert is_like(pattern, text) is fnmatch.fnmatchcase(text, pattern)


def test_no_pattern_is_slow():
    began = time.process_time()
    assert not is_like("a*" * 127 + "b", "a" * 255)
    assert time.process_time() - began < 0.1


@pytest.mark.parametrize(
    ("source", "labels", "expected"),
    [
        (None, {}, True),
        ("web-*", {}, True),
        ("db-*", {}, False),
        (None, {"mount": "/var*"}, True),
        (None, {"mount": "/home"}, False),
        (None, {"device": "*"}, False),
        (None, {"device": ""}, True),
        (None, {"mount": ""}, False),
        ("web-1", {"mount": "*", "core": ""}, True),
    ],
)
def test_source_and_labels_have_to_fit(source, labels, expected):
    assert fits(source, labels, "web-1", {"mount": "/var/lib"}) is expected
