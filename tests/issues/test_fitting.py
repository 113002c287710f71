"""What is found may hold anything, and fits all the same."""

from datetime import datetime

import orjson
import pytest

from tests.issues.occurring import NOW, fault, operational
from webapp.issues.bounds import LARGEST_CONTEXT
from webapp.issues.digesting import digest
from webapp.issues.fitting import fitted, storable


def test_what_fits_is_left_as_it_is():
    given = operational("no answer", context={"order": 17}, traceback="line\n", host="web1")
    assert fitted(given) is given


@pytest.mark.parametrize(
    ("text", "kept"),
    [("fine ä ☃", "fine ä ☃"), ("a\x00b", "a\ufffdb"), ("half \ud83d of", "half ? of"), ("", "")],
)
def test_what_no_database_keeps_is_replaced(text, kept):
    assert storable(text) == kept


def test_names_are_cut_to_what_their_columns_hold():
    given = operational(subject="t" * 300, name="n" * 300, host="h" * 300, service="s" * 300)
    found = fitted(given)
    assert [len(str(v)) for v in (found.subject, found.name, found.host, found.service)] == [
        255, 255, 255, 100,
    ]  # fmt: skip
    assert len(fitted(fault("C" * 300)).subject) == 100


def test_long_texts_keep_their_beginning_and_their_end():
    found = fitted(operational("m" * 100_000 + "end", traceback="t" * 1_000_000 + "end"))
    assert len(found.message) < 33_000
    assert found.traceback is not None
    assert len(found.traceback) < 263_000
    assert found.message.endswith("end")
    assert found.traceback.endswith("end")


def deep(levels: int) -> dict:
    value: dict = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "context",
    [
        {"at": datetime(2026, 1, 1), "names": {"a"}, "big": 2**80, "bytes": b"x"},  # noqa: DTZ001
        {"text": "a\x00b", "half": "\ud83d", 7: "number"},
        {"text": "x" * 200_000},
        deep(500),
    ],
)
def test_any_context_becomes_one_that_can_be_kept(context):
    found = fitted(operational(context=context)).context
    text = orjson.dumps(found)
    assert len(text) <= LARGEST_CONTEXT
    assert b"u0000" not in text


def test_such_an_occurrence_is_digested(context):
    given = operational(
        "a\x00b \ud83d", traceback="x\x00", subject="t" * 400, context={"a": "\x00", "b": {1}}
    )
    assert digest([given], NOW)[0].occurrence_id
