"""What is taken of occurrences that are sent together: each is checked alone."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from webapp.core.problems import FieldError, Problem
from webapp.issues.bounds import LARGEST_OCCURRENCE
from webapp.issues.receiving import read
from webapp.issues.table_schemas import MOST_AT_ONCE

LARGEST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """One that is not taken: its number in what was sent, the field and what was expected."""

    index: int
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken, as it was sent, and what is not."""

    accepted: list[Any] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    @property
    def errors(self) -> list[FieldError]:
        """The refusals of a single one."""
        return [FieldError(refusal.field, refusal.message) for refusal in self.refused]


def accept(body: Any, now: datetime) -> Taken:
    """Check one occurrence or a list of them; 413 for more than a thousand."""
    items = body if isinstance(body, list) else [body]
    if len(items) > MOST_AT_ONCE:
        raise Problem(413, f"Send at most {MOST_AT_ONCE:,} occurrences at a time.")
    taken = Taken()
    for index, item in enumerate(items):
        try:
            read(item, now)
            taken.accepted.append(_storable(item))
        except Problem as problem:
            errors = problem.errors
            taken.refused.extend(Refusal(index, each.field, each.message) for each in errors)
    return taken


def _storable(item: Any) -> Any:
    """The item as bytes of JSON, to be put beside others as they are."""
    text = orjson.dumps(item)
    if len(text) > LARGEST_OCCURRENCE:
        message = f"One occurrence has at most {LARGEST_OCCURRENCE:,} bytes."
        raise Problem(422, message, [FieldError("body", message)])
    return orjson.Fragment(text)
