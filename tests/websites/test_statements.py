"""Statements about an answer."""

import pytest

from webapp.websites.statements import (
    header_statement,
    is_expected,
    is_true,
    json_statement,
    status_ranges,
)  # fmt: skip

DOCUMENT = {
    "a": {"b": [{"c": "x"}, {"c": None}]}, "n": 3, "yes": True, "text": "a b", "with-dash": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a.b[0].c == "x"', True), ('a.b[0].c != "x"', False), ("a.b[1].c == null", True),
        ("a.b[2] exists", False), ("a.b[2] not exists", True), ("a.b[1].c exists", True),
        ("n >= 3", True), ("n > 3", False), ("n<4", True), ("n <= 2", False), ("$.n == 3.0", True),
        ("yes == true", True), ("yes == 1", False), ("n == true", False), ("yes != 1", True),
        ('text contains "b"', True), ('n contains "b"', False), ('n < "x"', False),
        ('missing == "x"', False), ('missing != "x"', False), ("with-dash == 1", True),
        ("$ exists", True), ("a[0] exists", False), ('n == "3"', False),
    ],
)  # fmt: skip
def test_a_json_statement_holds_or_not(text, expected):
    assert is_true(json_statement(text), DOCUMENT) is expected


def test_a_document_may_be_a_list_or_a_bare_value():
    assert is_true(json_statement("[1].ok == true"), [0, {"ok": True}])
    assert is_true(json_statement("$ == 7"), 7)
    assert is_true(json_statement('$[0] == "a"'), ["a"])


@pytest.mark.parametrize(
    "text",
    ["", "a", "a ==", "a == x", "a == 'x'", "a..b == 1", "a[x] == 1", "a = 1", "a[-1] > 0"],
)
def test_what_is_no_json_statement_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"\.$"):
        json_statement(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Content-Type contains html", True), ("content-type == text/html", True),
        ('content-type == "text/html"', True), ("x-none exists", False),
        ("x-none not exists", True),
        ("content-type != text/plain", True), ("x-none != anything", False),
    ],
)  # fmt: skip
def test_a_header_statement_holds_or_not(text, expected):
    assert is_true(header_statement(text), {"content-type": "text/html"}) is expected


def test_what_is_no_header_statement_is_refused():
    for text in ("", "content type == x", "x", "x =="):
        with pytest.raises(ValueError, match="Write"):
            header_statement(text)


def test_statuses_are_ranges():
    assert status_ranges("200-299, 301") == ((200, 299), (301, 301))
    assert is_expected(301, "200-299,301")
    assert not is_expected(300, "200-299,301")
    for text in ("", "2xx", "99", "600", "300-200", "200-", "200;300"):
        with pytest.raises(ValueError, match=r"\.$"):
            status_ranges(text)
