"""Bodies: bounded, plain or gzip'ed, JSON."""

import gzip
import math

import pytest
from flask import Flask

from webapp.core.bodies import read_json, read_unchecked_json
from webapp.core.problems import Problem

LARGEST = 100_000


def unchecked(data, **headers):
    with Flask("t").test_request_context(
        "/", method="POST", data=data, content_type="application/json", headers=headers
    ):
        return read_unchecked_json(LARGEST)


def test_plain_and_packed_bodies_are_read():
    assert unchecked(b'{"a": [1, 2.5]}') == {"a": [1, 2.5]}
    assert unchecked(gzip.compress(b"[1]", mtime=0), **{"Content-Encoding": "gzip"}) == [1]
    assert unchecked(b"[1]", **{"Content-Encoding": "identity"}) == [1]


def test_numbers_that_json_does_not_have_are_left_to_the_reader():
    found = unchecked(b"[NaN, Infinity, 1e999]")
    assert math.isnan(found[0])
    assert found[1:] == [math.inf, math.inf]


def test_a_body_of_the_largest_size_is_read_packed_too():
    text = b"1" + b" " * (LARGEST - 1)
    assert unchecked(text) == 1
    assert unchecked(gzip.compress(text, mtime=0), **{"Content-Encoding": "gzip"}) == 1
    with pytest.raises(Problem) as refusal:
        unchecked(gzip.compress(text + b" "), **{"Content-Encoding": "gzip"})
    assert refusal.value.status == 413


@pytest.mark.parametrize(
    ("data", "encoding", "status"),
    [
        (b"", "", 400),
        (b"{]", "", 400),
        (b"[" * 50_000, "", 400),
        (b"9" * 10_000, "", 400),
        (b"", "gzip", 400),
        (b"[1]", "gzip", 400),
        (gzip.compress(b"[1]", mtime=0)[:-1], "gzip", 400),
        (gzip.compress(b"[1]", mtime=0) * 2, "gzip", 400),
        (b"[1]", "br", 415),
        (b"[1]", "gzip, gzip", 415),
    ],
)
def test_what_cannot_be_read_is_refused(data, encoding, status):
    with pytest.raises(Problem) as refusal:
        unchecked(data, **({"Content-Encoding": encoding} if encoding else {}))
    assert refusal.value.status == status


def test_other_bodies_are_strict_json():
    for data in (b"[NaN]", b"[", b"\xff"):
        context = Flask("t").test_request_context(
            "/", method="POST", data=data, content_type="application/json"
        )
        with context, pytest.raises(Problem) as refusal:
            read_json()
        assert refusal.value.status == 400


def test_what_is_not_sent_as_json_is_refused():
    for read in (read_json, lambda: read_unchecked_json(LARGEST)):
        with (
            Flask("t").test_request_context("/", method="POST", data=b"[1]"),
            pytest.raises(Problem) as refusal,
        ):
            read()
        assert refusal.value.status == 415
