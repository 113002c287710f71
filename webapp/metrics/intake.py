"""From what a sender sent to samples that can be stored, each item judged alone: pure.

By hand and not by a schema, because tens of thousands come in each second. Items are numbered in
the order in which they were sent; in the compact form each value of each row is one item.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from webapp.core import clock
from webapp.metrics.identity import LONGEST_NAME, Sender, Wrong, series
from webapp.metrics.readings import SeriesKey

AHEAD = timedelta(minutes=5)
FORGOTTEN_SOON = timedelta(hours=1)
LONGEST_MOMENT = 40
NUMBERS = {int, float}
SERIES_FIELDS = {"kind", "metric_type", "name", "unit", "host", "service", "labels", "details"}
FIELDS = SERIES_FIELDS | {"value", "timestamp"}
MOMENT_RULE = "Send RFC 3339 with a zone, or milliseconds since 1970."
isfinite = math.isfinite


@dataclass(frozen=True)
class Refusal:
    """The item of that number was not taken: the field at fault, and what was expected."""

    index: int | None
    field: str
    message: str


@dataclass(frozen=True)
class Window:
    """The moments that are taken, in milliseconds since 1970, and the one of an item without."""

    from_ms: int
    to_ms: int
    now_ms: int


@dataclass
class Intake:
    """What is taken, as columns: `which` of `keys`, when, which value, which item it was."""

    keys: list[SeriesKey] = field(default_factory=list)
    which: list[int] = field(default_factory=list)
    at_ms: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def take(self, place: int, at_ms: int, value: float, index: int) -> None:
        """Take one sample of the series at `place` in `keys`."""
        self.which.append(place)
        self.at_ms.append(at_ms)
        self.values.append(value)
        self.items.append(index)

    def refuse(self, index: int, wrong: Wrong) -> None:
        """Write down why an item is not taken."""
        self.refused.append(Refusal(index, wrong.field, wrong.message))


def window(now: datetime, days: int) -> Window:
    """Samples of the last `days` are taken, and of the next minutes: clocks differ.

    Not of the very end: its minutes are about to be forgotten, and a sum of what is left of one
    would be wrong.
    """
    oldest = now - timedelta(days=days) + FORGOTTEN_SOON
    return Window(clock.to_ms(oldest), clock.to_ms(now + AHEAD), clock.to_ms(now))


def count_items(samples: Sequence[Any], rows: Sequence[Any]) -> int:
    """How many items these are, as far as they can be read."""
    pairs = (row[1] for row in rows if isinstance(row, list) and len(row) == 2)
    return len(samples) + sum(len(each) // 2 if isinstance(each, list) else 1 for each in pairs)


def read_samples(samples: Sequence[Any], sender: Sender, window: Window) -> Intake:
    """Samples as objects, each of which says all that it is."""
    taken = Intake()
    places: dict[int, int] = {}
    for index, item in enumerate(samples):
        try:
            key = series(_checked(item, FIELDS), sender)
            at = item.get("timestamp")
            at_ms = window.now_ms if at is None else _moment(at, window)
            value = _number(item.get("value"))
        except Wrong as wrong:
            taken.refuse(index, wrong)
            continue
        # Equal keys are mostly one object, which its identity finds sooner than its hash.
        place = places.setdefault(id(key), len(taken.keys))
        if place == len(taken.keys):
            taken.keys.append(key)
        taken.take(place, at_ms, value, index)
    return taken


def read_rows(
    described: Sequence[Any], rows: Sequence[Any], sender: Sender, window: Window
) -> Intake:
    """The compact form: the series once, then rows of a moment and numbers of series and values."""
    taken = Intake()
    known = [_described(item, number, sender) for number, item in enumerate(described)]
    places: dict[int, int] = {}
    for number, key in enumerate(known):
        if not isinstance(key, Wrong):
            places[number] = len(taken.keys)
            taken.keys.append(key)
    index = 0
    for number, row in enumerate(rows):
        try:
            at, which, values = _row(row, number)
        except Wrong as wrong:
            taken.refuse(index, wrong)
            index += 1
            continue
        if not _take_whole(taken, at, which, values, places, index, window):
            _take_each(taken, at, which, values, (known, places), index, window)
        index += len(which)
    return taken


def _take_whole(
    taken: Intake,
    at: Any,
    which: list[Any],
    values: list[Any],
    places: Mapping[int, int],
    start: int,
    window: Window,
) -> bool:
    """Take a row at once if nothing is wrong with any of it; say whether that was so."""
    try:
        at_ms = _moment(at, window)
        if not (set(map(type, which)) <= {int} and places.keys() >= set(which)):
            return False
        if not (set(map(type, values)) <= NUMBERS and all(map(isfinite, values))):
            return False
    except (Wrong, OverflowError):
        return False
    taken.which += [places[number] for number in which]
    taken.at_ms += [at_ms] * len(which)
    taken.values += map(float, values)
    taken.items += range(start, start + len(which))
    return True


def _take_each(
    taken: Intake,
    at: Any,
    which: list[Any],
    values: list[Any],
    series: tuple[Sequence[SeriesKey | Wrong], Mapping[int, int]],
    start: int,
    window: Window,
) -> None:
    known, places = series
    for index, (number, value) in enumerate(zip(which, values, strict=True), start):
        try:
            if type(number) is not int or not 0 <= number < len(known):
                raise Wrong("series", f"Send the number of one of the {len(known)} series, from 0.")
            key = known[number]
            if isinstance(key, Wrong):
                raise key
            taken.take(places[number], _moment(at, window), _number(value), index)
        except Wrong as wrong:
            taken.refuse(index, wrong)


def _described(item: Any, number: int, sender: Sender) -> SeriesKey | Wrong:
    try:
        return series(_checked(item, SERIES_FIELDS), sender)
    except Wrong as wrong:
        return Wrong(f"series.{number}.{wrong.field}".rstrip("."), wrong.message)


def _row(row: Any, number: int) -> tuple[Any, list[Any], list[Any]]:
    if not isinstance(row, list) or len(row) != 2:
        raise Wrong(f"rows.{number}", "Send a moment and a list of numbers of series and values.")
    at, pairs = row
    if not isinstance(pairs, list) or len(pairs) % 2:
        raise Wrong(f"rows.{number}.1", "Send numbers of series, each followed by its value.")
    return at, pairs[::2], pairs[1::2]


def _checked(item: Any, fields: set[str]) -> dict[str, Any]:
    if type(item) is not dict:
        raise Wrong("", "Send an object.")
    if not item.keys() <= fields:
        unknown = next(name for name in item if name not in fields)
        raise Wrong(unknown[:LONGEST_NAME], "There is no such field.")
    return item


def _number(value: Any) -> float:
    if type(value) not in NUMBERS:
        raise Wrong("value", "Send a number.")
    try:
        if isfinite(value):
            return float(value)
    except OverflowError:
        pass
    raise Wrong("value", "Send a finite number.")


def _moment(at: Any, window: Window) -> int:
    at_ms = at if type(at) is int else _parsed(at)
    if at_ms < window.from_ms:
        days = -((window.from_ms - window.now_ms) // 86_400_000)
        raise Wrong("timestamp", f"This is too old: send moments of the last {days} days.")
    if at_ms > window.to_ms:
        raise Wrong("timestamp", "This is more than 5 minutes ahead of the server's clock.")
    return at_ms


def _parsed(at: Any) -> int:
    if type(at) is float and isfinite(at):
        return int(at)
    if type(at) is str and len(at) <= LONGEST_MOMENT:
        return _text_moment(at)
    raise Wrong("timestamp", MOMENT_RULE)


@lru_cache(maxsize=1000)
def _text_moment(at: str) -> int:
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is not None:
            return clock.to_ms(moment)
    except (ValueError, OverflowError):
        pass
    raise Wrong("timestamp", MOMENT_RULE)
