"""StatsD lines and what they mean: pure.

`name:value|type|@rate|#tag:value,...` with the types c, g, ms, h, d and s. The first part of a
dotted name is the service, unless a tag `service` says it; the second is the metric type where it
is one (`shop.queue_size.orders`), and `custom` is the type of everything else.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from webapp.metrics.identity import Sender, Wrong, series
from webapp.metrics.readings import ApplicationMetricType, SeriesKey

COUNTER, GAUGE, SET = "c", "g", "s"
TIMERS = ("ms", "h", "d")  # milliseconds; histograms and distributions of anything
DEFAULT_SERVICE = "statsd"
LONGEST_SUFFIX = ".count"
LONGEST_LINE = 8192
SMALLEST_RATE = 1e-6
# A number as clients write it; `float` alone would also read nan, infinity and 1_000.
NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
UNUSUAL = re.compile(r"[^a-zA-Z0-9_:.-]+")
PLAIN_TYPES = {member.value for member in ApplicationMetricType}


class Unreadable(ValueError):
    """A line that is no metric."""


@dataclass(frozen=True)
class Name:
    """What a line measures: whose it is, its type, its name and its labels."""

    service: str
    metric_type: str
    name: str
    labels: tuple[tuple[str, str], ...]

    def key(self, suffix: str = "", unit: str = "") -> SeriesKey:
        """The series of this name with `suffix` added."""
        return _key(self, suffix, unit)


@dataclass(frozen=True)
class Line:
    """One line: values of `name`, each of which stands for `1 / rate` of them.

    Of a set the values are texts. A gauge that `is_delta` adds to the value before.
    """

    name: Name
    kind: str
    values: tuple[float, ...]
    texts: tuple[bytes, ...]
    rate: float
    is_delta: bool


def read_line(line: bytes) -> Line | None:
    """What `line` says; None for an event or a service check, which are no metrics.

    Several values may stand between the colons (`name:1:2:3|ms`). Raises `Unreadable`.
    """
    if line.startswith((b"_e{", b"_sc|")):
        return None
    head, *sections = line.split(b"|")
    name, *values = head.split(b":")
    if not sections or not values or len(line) > LONGEST_LINE:
        raise Unreadable("a line is name:value|type")
    kind = sections[0].decode("ascii", "replace")
    tags, rate = b"", 1.0
    for section in sections[1:]:
        if section.startswith(b"#"):
            tags = section[1:]
        elif section.startswith(b"@"):
            rate = _rate(section[1:])
    return _line(_name(name, tags), kind, values, rate)


def _line(name: Name, kind: str, values: list[bytes], rate: float) -> Line:
    if kind == SET:
        return Line(name, kind, (), tuple(values), rate, False)
    if kind not in (COUNTER, GAUGE, *TIMERS):
        raise Unreadable("the type is one of c, g, ms, h, d and s")
    is_delta = kind == GAUGE and values[0][:1] in (b"+", b"-")
    return Line(name, kind, tuple(map(_number, values)), (), rate, is_delta)


def _number(text: bytes) -> float:
    if not NUMBER.fullmatch(text):
        raise Unreadable("a value is a number")
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Unreadable("a value is a finite number")
    return value


def _rate(text: bytes) -> float:
    rate = _number(text)
    if not SMALLEST_RATE <= rate <= 1:
        raise Unreadable("a rate is above 0 and at most 1")
    return rate


@lru_cache(maxsize=20_000)
def _name(name: bytes, tags: bytes) -> Name:
    try:
        text = UNUSUAL.sub("_", name.decode())
        labels = dict(_tag(tag) for tag in tags.decode().split(",") if tag)
    except UnicodeDecodeError as error:
        raise Unreadable("a name and its tags are UTF-8") from error
    service = labels.pop("service", None)
    if service is None:
        service, dot, rest = text.partition(".")
        service, text = (service, rest) if dot else (DEFAULT_SERVICE, text)
    first, dot, rest = text.partition(".")
    metric_type, text = (first, rest) if dot and first in PLAIN_TYPES else ("custom", text)
    if text[:1].isdigit() or text[:1] in (".", "-"):
        text = f"_{text}"
    found = Name(service, metric_type, text, tuple(sorted(labels.items())))
    try:
        found.key(LONGEST_SUFFIX)
    except Wrong as wrong:
        raise Unreadable(f"{wrong.field}: {wrong.message}") from wrong
    return found


def _tag(tag: str) -> tuple[str, str]:
    name, colon, value = tag.partition(":")
    return name, value if colon else "true"


@lru_cache(maxsize=50_000)
def _key(name: Name, suffix: str, unit: str) -> SeriesKey:
    item = {"kind": "application", "metric_type": name.metric_type, "service": name.service}
    labels = dict(name.labels)
    return series(item | {"name": name.name + suffix, "unit": unit, "labels": labels}, Sender())
