"""An occurrence is below every bound of a server before it is sent."""

import json
from datetime import UTC, datetime

import pytest

from webapp.client.occurrence import build, encode, message_of, name_of, traceback_of
from webapp.core import clock
from webapp.issues.receiving import read

LEAST = {"name": "No answer", "task": "import", "error_message": "timed out"}


def raised(error, cause=None):
    try:
        raise error from cause
    except type(error) as caught:
        return caught


def test_it_says_what_was_said_and_leaves_out_what_was_not():
    at = datetime(2026, 1, 2, tzinfo=UTC)
    assert build(**LEAST, at=at) == {
        "kind": "operational",
        "severity": "error",
        "created_at": "2026-01-02T00:00:00+00:00",
        **LEAST,
    }


EXTREMES = [
    LEAST,
    {"name": "", "task": "", "error_message": ""},
    {"name": " ", "task": "\n", "error_message": "\t", "person": " ", "host": " "},
    dict.fromkeys(LEAST, "ä\ud800\0" * 5000),
    LEAST | {"severity": "catastrophe", "person": 12, "host": "", "service": "s" * 999},
    LEAST | {"traceback": "line\n" * 400_000, "person": ""},
    LEAST | {"traceback": "\U0001f600" * 400_000},
    LEAST | {"context": {f"{n}": "x" * 9000 for n in range(900)}},
    LEAST | {"context": {"a": [[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]}},
    LEAST | {"fingerprint": ["a", "", 5, "{{ default }}"] * 9, "origin": "o" * 999},
    LEAST | {"fingerprint": "alone"},
]


@pytest.mark.parametrize("fields", EXTREMES)
def test_whatever_is_told_the_server_takes_it(fields):
    body = encode(build(**fields))
    assert len(body) <= 1_000_000
    assert read(json.loads(body), clock.now()).subject


def test_of_a_long_traceback_both_ends_stay():
    found = build(**LEAST, traceback="first" + "x" * 300_000 + "last")["traceback"]
    assert found.startswith("first")
    assert found.endswith("last")


class Unsayable(Exception):
    def __str__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("error", "name", "message"),
    [
        (ValueError("bad order 7"), "ValueError", "bad order 7"),
        (KeyError("id"), "KeyError", "'id'"),
        (ValueError(), "ValueError", "ValueError()"),
        (Unsayable(), "Unsayable", "Unsayable()"),
    ],
)
def test_an_exception_has_a_name_and_says_something(error, name, message):
    assert (name_of(error), message_of(error)) == (name, message)


def test_a_traceback_has_the_cause_and_one_that_was_never_raised_has_none():
    found = traceback_of(raised(ValueError("outer"), KeyError("inner")))
    assert found.index("KeyError: 'inner'") < found.index("ValueError: outer")
    assert traceback_of(ValueError("never")) is None
    assert "Unsayable" in traceback_of(raised(Unsayable()))
