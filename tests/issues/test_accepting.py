"""What is taken of occurrences that are sent together."""

import orjson
import pytest

from tests.issues.occurring import NOW
from webapp.core.problems import Problem
from webapp.issues.accepting import accept

GOOD = {"kind": "fault", "error_code": "DB_CONNECTION_FAIL", "description": "refused"}


def test_one_is_taken_like_a_list_of_one():
    assert len(accept(GOOD, NOW).accepted) == len(accept([GOOD], NOW).accepted) == 1


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (7, "body"),
        ({}, "kind"),
        ({"kind": "alarm"}, "kind"),
        ({"kind": ["fault"]}, "kind"),
        (GOOD | {"error_code": ""}, "error_code"),
        (GOOD | {"severity": "bad"}, "severity"),
        (GOOD | {"colour": "red"}, "colour"),
        (GOOD | {"timestamp": "2009-01-01T00:00:00Z"}, "timestamp"),
        (GOOD | {"timestamp": "2026-05-04T12:00:00"}, "timestamp"),
        (GOOD | {"context": {"a": "\x00"}}, "context"),
        (GOOD | {"context": {"a": "\ud800"}}, "context"),
        (GOOD | {"fingerprint": []}, "fingerprint"),
        ({"kind": "overload", "component_name": "DB", "cpu_percent": 101}, "cpu_percent"),
        ({"kind": "operational", "name": "n", "task": "t", "error_message": ""}, "error_message"),
        (
            {"kind": "operational", "name": "n", "task": "t", "error_message": "m",
             "severity": "critical"},
            "severity",
        ),
    ],
)  # fmt: skip
def test_each_is_refused_alone_with_the_field_at_fault(item, field):
    taken = accept([GOOD, item, GOOD], NOW)
    assert len(taken.accepted) == 2
    [refusal] = taken.refused
    assert (refusal.index, refusal.field) == (1, field)
    assert refusal.message.endswith(".")


def test_what_is_taken_is_kept_as_it_was_sent():
    taken = accept([GOOD], NOW)
    assert orjson.loads(orjson.dumps(taken.accepted)) == [GOOD]


def test_an_occurrence_of_over_a_megabyte_is_refused():
    item = {
        "kind": "operational", "name": "n", "task": "t", "error_message": "m",
        "traceback": "x" * 1_000_000,
    }  # fmt: skip
    assert accept(item, NOW).refused[0].field == "body"
    assert accept(item | {"traceback": "x" * 900_000}, NOW).accepted


def test_more_than_a_thousand_at_a_time_are_refused():
    with pytest.raises(Problem) as refused:
        accept([GOOD] * 1001, NOW)
    assert refused.value.status == 413
