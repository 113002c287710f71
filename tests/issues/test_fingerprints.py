from datetime import UTC, datetime
from typing import Any

import pytest

from bench import grouping
from webapp.issues import fingerprints
from webapp.issues.fingerprints import LONGEST_TITLE, VERSION, keys_of
from webapp.issues.grouping_rules import Rule
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.occurrences import Occurrence

TRACEBACK = (
    'Traceback (most recent call last):\n  File "/srv/shop/orders.py", line 7, in accept\n'
    "    total = prices[sku]\nKeyError: 'A-17'\n"
)


def occurrence(**fields: Any) -> Occurrence:
    values: dict[str, Any] = {
        "kind": IssueKind.OPERATIONAL,
        "subject": "import_orders",
        "name": "Import failed",
        "message": "Order 17 is wrong",
        "severity": Severity.ERROR,
        "at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Occurrence(**values | fields)


def fault(**fields: Any) -> Occurrence:
    code = {"kind": IssueKind.FAULT, "subject": "DB_CONNECTION_FAIL", "name": "DB_CONNECTION_FAIL"}
    return occurrence(**code | fields)


def overload(**fields: Any) -> Occurrence:
    return occurrence(**{"kind": IssueKind.OVERLOAD, "subject": "CPU", "name": "CPU"} | fields)


def print_of(one: Occurrence, *rules: Rule) -> str:
    return keys_of(one, rules).current.fingerprint


SAME = [
    (occurrence(), occurrence(message="Order 99 is wrong", host="web2", person="li")),
    (occurrence(traceback=TRACEBACK), occurrence(message=TRACEBACK)),
    (occurrence(traceback=TRACEBACK), occurrence(traceback=TRACEBACK, subject="other_task")),
    (fault(message="timed out"), fault(message="refused")),
    (fault(subject="UNKNOWN", message="a 1"), fault(subject="UNKNOWN", message="a 2")),
    (overload(message="90 %", host="a"), overload(message="97 %", host="a")),
    (occurrence(message="connect ECONNREFUSED 10.0.0.3:9"),
     occurrence(traceback="Error: connect ECONNREFUSED 10.0.0.3:9\n    at f (/a.js:1:2)")),
]  # fmt: skip
DIFFERENT = [
    (occurrence(), occurrence(message="Order 17 is missing")),
    (occurrence(), occurrence(subject="export_orders")),
    (occurrence(), occurrence(name="Export failed")),
    (fault(), fault(subject="REDIS_AWAY")),
    (fault(host="a"), fault(host="b")),
    (fault(service="a"), fault(service="b")),
    (fault(subject="UNKNOWN", message="a"), fault(subject="UNKNOWN", message="b")),
    (overload(host="a"), overload(host="b")),
    (overload(measured={"rule_id": 1}), overload(measured={"rule_id": 2})),
    (occurrence(message="ENOSPC", host="a"), occurrence(message="ENOSPC", host="b")),
    (occurrence(message="connect ECONNREFUSED 127.0.0.1:9", host="a"),
     occurrence(message="connect ECONNREFUSED 127.0.0.1:9", host="b")),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_trouble_has_one_fingerprint(one: Occurrence, other: Occurrence) -> None:
    assert print_of(one) == print_of(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_trouble_has_another_fingerprint(one: Occurrence, other: Occurrence) -> None:
    assert print_of(one) != print_of(other)


def test_what_the_sender_sets_is_the_fingerprint() -> None:
    one = occurrence(fingerprint=("orders", "import"))
    assert print_of(one) == print_of(occurrence(message="else", fingerprint=("orders", "import")))
    assert print_of(one) != print_of(occurrence(fingerprint=("orders",)))


def test_the_default_may_be_part_of_what_the_sender_sets() -> None:
    def set_by(message: str) -> str:
        return print_of(occurrence(message=message, fingerprint=("{{ default }}", "eu")))

    assert set_by("order 1") == set_by("order 2")
    assert set_by("order 1") != set_by("else")
    assert set_by("order 1") != print_of(occurrence(message="order 1"))


def test_the_first_rule_that_fits_comes_before_the_sender() -> None:
    rules = [
        Rule(IssueKind.OPERATIONAL, {"task": "export_*"}, "exports", 1),
        Rule(IssueKind.OPERATIONAL, {"task": "import_*"}, "{task} failed", 2),
        Rule(IssueKind.OPERATIONAL, {"task": "*"}, "anything", 3),
    ]
    key = keys_of(occurrence(fingerprint=("x",)), rules).current
    assert (key.made_of["by"], key.made_of["rule_id"]) == ("rule", 2)
    assert key.made_of["said"] == ["import_orders failed"]


def test_people_are_told_what_a_fingerprint_is_made_of() -> None:
    made_of = keys_of(occurrence(traceback=TRACEBACK)).current.made_of
    assert made_of == {
        "by": "default",
        "parts": [
            ["exception", "KeyError"],
            ["where", "orders.py accept total = prices[sku]"],
            ["message", "<value>"],
        ],
    }


def test_a_fingerprint_is_64_hex_digits_whatever_was_sent() -> None:
    key = keys_of(occurrence(message="\ud800\0", name="", subject="")).current
    assert len(key.fingerprint) == 64
    assert int(key.fingerprint, 16)
    assert key.version == VERSION


@pytest.mark.parametrize(
    ("one", "title"),
    [
        (occurrence(traceback=TRACEBACK), "KeyError: 'A-17'"),
        (occurrence(message="Order 17\nis wrong"), "Import failed: Order 17"),
        (occurrence(message=""), "Import failed"),
        (fault(message="The database refuses"), "The database refuses"),
        (fault(message=""), "DB_CONNECTION_FAIL"),
        (overload(host="web1"), "CPU on web1"),
        (overload(), "CPU"),
        (occurrence(name="", message="x" * 999), "x" * (LONGEST_TITLE - 1) + "…"),
    ],
)
def test_trouble_is_called_what_it_is(one: Occurrence, title: str) -> None:
    assert keys_of(one).current.title == title


def test_a_former_way_is_kept_as_a_former_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fingerprints.MADE_BY, 0, lambda occurrence, trace: [("name", "old")])
    keys = keys_of(occurrence())
    assert [key.version for key in keys.former] == [0]
    assert keys.former[0].fingerprint != keys.current.fingerprint


def test_what_is_set_has_no_former_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fingerprints.MADE_BY, 0, lambda occurrence, trace: [("name", "old")])
    assert keys_of(occurrence(fingerprint=("x",))).former == ()


@pytest.mark.parametrize(
    ("part", "precision", "recall"),
    [("tuned", 1, 0.98), ("held_out", 0.99, 0.95), ("fresh", 0.99, 0.9)],
)
def test_real_texts_are_held_together_by_their_cause(
    part: str, precision: float, recall: float
) -> None:
    score = grouping.score_of(grouping.grouped(part))
    assert score.precision >= precision
    assert score.recall >= recall
