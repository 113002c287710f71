"""YAML comes in bounded, and goes out as it was."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.websites.transfer.document import MAXIMUM_DEPTH, Unreadable, dump, load

LETTERS = "bcdefghij"


def doubling(times):
    """A few lines that stand for ten to the power of `times` values."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    names = ["a", *LETTERS]
    for before, name in zip(names, names[1:times], strict=False):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
    return "\n".join(lines)


REFUSED = [
    ("[" * 100_000, "levels deep"),
    ("- " * 100 + "x", "levels deep"),
    (doubling(9), "stands for more than"),
    ("a: &a [*a]", "stands for itself or for nothing"),
    ("a: *b", "stands for itself or for nothing"),
    ("a: 1\nb: 2\na: 3", "a: This is written twice, again in line 3"),
    ("a:\n- b: 1\n- c: 1\n  c: 2", "a[1].c: This is written twice"),
    ("a: [1", "It is not YAML here"),
    ("a: !!python/object/apply:os.getcwd []", "It is not YAML here"),
    ("a: 2026-13-45", "It is not YAML"),
    ("a: " + "1" * 10_000, "It is not YAML"),
    ("? [a]\n: b", "It is not YAML here"),
    ("a\0b", "It is not YAML"),
    ("--- a\n--- b", "one document"),
    ("x" * 20_000_001, "characters"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_it_refuses_at_once_what_it_cannot_follow(text, said):
    began = time.monotonic()
    with pytest.raises(Unreadable) as refused:
        load(text)
    assert said in str(refused.value)
    assert time.monotonic() - began < 5


def test_it_says_in_which_line_a_mistake_is():
    with pytest.raises(Unreadable) as refused:
        load("a: 1\nb: [1, 2\nc: 3")
    assert refused.value.complaints[0].path.startswith("line 3")


def test_an_alias_that_makes_the_document_too_deep_is_refused():
    deep = "[" * (MAXIMUM_DEPTH - 3) + "]" * (MAXIMUM_DEPTH - 3)
    assert load(f"a: &a {deep}")
    with pytest.raises(Unreadable, match="levels deep"):
        load(f"a: &a {deep}\nb: [[[[*a]]]]")


def test_anchors_and_merged_mappings_are_followed():
    assert load("a: &a {x: 1}\nb: {<<: *a, y: 2}\nc: *a") == {
        "a": {"x": 1},
        "b": {"x": 1, "y": 2},
        "c": {"x": 1},
    }


def test_nothing_is_nothing():
    assert load("") is None
    assert load("# only a comment") is None


def test_it_writes_in_the_order_given_and_lines_as_lines():
    assert dump({"b": "one\ntwo\n", "a": None, "c": "no"}, ["Said first."]) == (
        "# Said first.\nb: |\n  one\n  two\na: null\nc: 'no'\n"
    )


def test_what_is_written_twice_is_spelled_out_twice():
    shared = ["x"]
    assert dump([shared, shared]) == "- - x\n- - x\n"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_was_written_reads_back_the_same(value):
    assert load(dump(value)) == value
