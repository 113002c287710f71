"""Statements about an answer that a check can test: status ranges, values in JSON, headers. Pure.

A JSON statement is a path, an operator and a JSON value: `data.items[0].state == "ok"`,
`$.count >= 3`, `error not exists`. A header statement is a header's name, an operator and text:
`content-type contains json`, `x-cache exists`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import orjson

MISSING = object()
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
    "contains": lambda found, wanted: wanted in found,
}  # fmt: skip
OPERATOR = r"\s*(?P<operator>==|!=|<=|>=|<|>|contains\b)\s*(?P<value>.+)"
EXISTENCE = r"\s+(?P<existence>exists|not exists)"
NAME = r"[^\s.\[\]=!<>]+"
INDEX = r"\[\d{1,9}\]"
PATH = rf"(?P<path>(?:{NAME}|{INDEX})(?:\.{NAME}|{INDEX})*)"
JSON_STATEMENT = re.compile(f"{PATH}(?:{EXISTENCE}|{OPERATOR})", re.DOTALL)
HEADER_STATEMENT = re.compile(
    rf"(?P<path>[A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:{EXISTENCE}|{OPERATOR})", re.DOTALL
)
STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
RANGE = re.compile(r"\s*([1-5]\d\d)\s*(?:-\s*([1-5]\d\d)\s*)?")


@dataclass(frozen=True)
class Statement:
    """`steps` lead to a value, which `operator` compares with `value` (`exists` has none)."""

    text: str
    steps: tuple[str | int, ...]
    operator: str
    value: Any = None


@lru_cache(maxsize=1024)
def status_ranges(text: str) -> tuple[tuple[int, int], ...]:
    """`200-299,301` as pairs of first and last; `ValueError` with a sentence when it is not one."""
    found = []
    for part in text.split(","):
        match = RANGE.fullmatch(part)
        if not match:
            raise ValueError("Give statuses like 200-299,301, each from 100 to 599.")
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last:
            raise ValueError(f"The range {part.strip()} ends before it begins.")
        found.append((first, last))
    return tuple(found)


def is_expected(status: int, text: str) -> bool:
    """Whether the status is in one of the ranges."""
    return any(first <= status <= last for first, last in status_ranges(text))


@lru_cache(maxsize=1024)
def json_statement(text: str) -> Statement:
    """The statement about a JSON document; `ValueError` with a sentence when it is not one."""
    match = JSON_STATEMENT.fullmatch(text.strip())
    if not match:
        raise ValueError(f'Write {text!r} like data.items[0].state == "ok" or data.id exists.')
    steps = tuple(
        int(number) if number else name
        for number, name in STEP.findall(match["path"].removeprefix("$"))
    )
    if match["existence"]:
        return Statement(text, steps, match["existence"])
    try:
        value = orjson.loads(match["value"])
    except orjson.JSONDecodeError as error:
        raise ValueError(
            f'The value in {text!r} must be JSON: text in "double quotes", a number, true or null.'
        ) from error
    return Statement(text, steps, match["operator"], value)


@lru_cache(maxsize=1024)
def header_statement(text: str) -> Statement:
    """The statement about a header; `ValueError` with a sentence when it is not one."""
    match = HEADER_STATEMENT.fullmatch(text.strip())
    if not match:
        raise ValueError(f"Write {text!r} like content-type contains json or x-cache exists.")
    value = (match["value"] or "").strip()
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    steps = (match["path"].lower(),)
    value = value[1:-1] if quoted else value
    return Statement(text, steps, match["existence"] or match["operator"], value)


def is_true(statement: Statement, document: Any) -> bool:
    """Whether the statement holds in the document; what cannot be compared does not hold."""
    found = _follow(document, statement.steps)
    if statement.operator in ("exists", "not exists"):
        return (found is not MISSING) == (statement.operator == "exists")
    if found is MISSING or (statement.operator in "==!=" and _differs_in_kind(found, statement)):
        return found is not MISSING and statement.operator == "!="
    try:
        return bool(COMPARISONS[statement.operator](found, statement.value))
    except TypeError:
        return False


def _differs_in_kind(found: Any, statement: Statement) -> bool:
    """In JSON true is not 1, as it is in Python."""
    return isinstance(found, bool) != isinstance(statement.value, bool)


def _follow(value: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        if isinstance(step, int):
            inside = isinstance(value, list) and step < len(value)
        else:
            inside = isinstance(value, dict) and step in value
        if not inside:
            return MISSING
        value = value[step]
    return value
