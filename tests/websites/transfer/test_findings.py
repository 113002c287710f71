"""What every importer does alike."""

import pytest

from webapp.websites.transfer.findings import Finding, is_secret_header, put_headers


@pytest.mark.parametrize(
    ("value", "kept", "said"),
    [(30, 30, []), (30.2, 31, ["x: 30.2 became 31."]), (0, 1, ["x: 0 became 1."]), (1e9, 99, 1)],
)
def test_a_number_is_kept_within_bounds_and_a_change_is_listed(value, kept, said):
    finding = Finding("monitor 1")
    assert finding.bounded("x", value, 1, 99) == kept
    assert finding.left_out == said or len(finding.left_out) == said


def test_tags_have_no_commas_and_are_there_once():
    finding = Finding("monitor 1")
    assert finding.tags(["a, b", "c", "c", " "]) == ["a; b", "c"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Authorization", True), ("X-Api-Key", True), ("x-csrf-token", True), ("Cookie", True),
        ("Accept", False), ("Content-Type", False), ("X-Team", False),
    ],
)  # fmt: skip
def test_a_header_that_looks_secret_is_one(name, expected):
    assert is_secret_header(name) is expected


def test_headers_are_told_apart():
    entry = {"options": {}, "secrets": {}}
    put_headers(entry, {"Accept": "a", "Cookie": "b"})
    assert entry == {
        "options": {"headers": {"Accept": "a"}},
        "secrets": {"headers": {"Cookie": "b"}},
    }
    put_headers(empty := {"options": {}, "secrets": {}}, {})
    assert empty == {"options": {}, "secrets": {}}
