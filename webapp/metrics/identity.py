"""Which series an item from outside belongs to, every part of it checked: pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from webapp.metrics.readings import (
    ApplicationMetricType,
    MetricKind,
    SeriesKey,
    SystemMetricType,
)

LONGEST_NAME, LONGEST_UNIT, LONGEST_SOURCE = 100, 20, 255
MOST_LABELS, LONGEST_LABEL, LONGEST_LABEL_VALUE = 16, 50, 200
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:.-]*")
NAME_RULE = (
    f"Send at most {LONGEST_NAME} letters, digits, dots, colons, hyphens and underscores, "
    "beginning with a letter, a colon or an underscore."
)
UNKEPT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
TYPES: dict[str, tuple[str, ...]] = {
    MetricKind.SYSTEM.value: tuple(member.value for member in SystemMetricType),
    MetricKind.APPLICATION.value: tuple(member.value for member in ApplicationMetricType),
}
SOURCES = {"system": "host", "application": "service"}


class Wrong(Exception):
    """An item that is refused: the field at fault, and what was expected."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True)
class Sender:
    """What counts for items that do not say it themselves."""

    kind: str | None = None
    host: str | None = None
    service: str | None = None


def series(item: Mapping[str, Any], sender: Sender) -> SeriesKey:
    """The series of `item`; equal ones are mostly one object. Raises `Wrong`.

    `details` is another word for `labels`, because that is what readings are given back with.
    """
    get = item.get
    labels = get("labels")
    if labels is None:
        labels = get("details")
    if labels is not None and type(labels) is not dict:
        raise Wrong("labels", "Send an object whose values are text.")
    pairs = tuple(labels.items()) if labels else ()
    described = get("kind"), get("metric_type"), get("name"), get("unit")
    try:
        return _series(*described, get("host"), get("service"), pairs, sender)
    except TypeError:  # a list or an object where text belongs: no cache has that
        return _series.__wrapped__(*described, get("host"), get("service"), pairs, sender)


@lru_cache(maxsize=20_000)
def _series(
    kind: Any,
    metric_type: Any,
    name: Any,
    unit: Any,
    host: Any,
    service: Any,
    labels: tuple[tuple[str, Any], ...],
    sender: Sender,
) -> SeriesKey:
    chosen = _kind(kind, host, service, sender)
    if metric_type not in TYPES[chosen]:
        raise Wrong("metric_type", f"Send one of {', '.join(TYPES[chosen])}.")
    if type(name) is not str or len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        raise Wrong("name", NAME_RULE)
    source = _source(chosen, {"host": host, "service": service}, sender)
    return SeriesKey(MetricKind(chosen), metric_type, name, _unit(unit), source, _labels(labels))


def _kind(kind: Any, host: Any, service: Any, sender: Sender) -> str:
    """The kind an item says, else that of the source it names, else the sender's."""
    if kind is None and (host is None) != (service is None):
        kind = "system" if service is None else "application"
    if kind is None:
        kind = sender.kind or ("application" if sender.host is None else "system")
    if kind not in ("system", "application"):
        raise Wrong("kind", "Send system or application.")
    return str(kind)


def _source(kind: str, given: Mapping[str, Any], sender: Sender) -> str:
    field = SOURCES[kind]
    other = "host" if field == "service" else "service"
    if given[other] is not None:
        raise Wrong(other, f"A metric of kind {kind} has a {field}; send a {other} as a label.")
    source = given[field]
    if source is None:
        source = sender.host if field == "host" else sender.service
    return source_name(source, field)


def source_name(given: Any, field: str) -> str:
    """The name of a host or service, which is part of the address of its page; raises `Wrong`."""
    if given is None:
        raise Wrong(field, f"Say of which {field} this is.")
    if type(given) is not str or not given.strip(" .") or given != given.strip(" "):
        raise Wrong(field, f"Send the name of the {field}.")
    if len(given) > LONGEST_SOURCE or "/" in given or UNKEPT.search(given):
        raise Wrong(field, f"Send at most {LONGEST_SOURCE} characters, no slash and no line break.")
    return given


def _unit(unit: Any) -> str:
    if unit is None:
        return ""
    if type(unit) is not str or len(unit) > LONGEST_UNIT or UNKEPT.search(unit):
        raise Wrong("unit", f"Send at most {LONGEST_UNIT} characters.")
    return unit


def _labels(labels: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, str], ...]:
    if len(labels) > MOST_LABELS:
        raise Wrong("labels", f"Send at most {MOST_LABELS} labels.")
    for name, value in labels:
        if not 0 < len(name) <= LONGEST_LABEL or UNKEPT.search(name):
            raise Wrong("labels", f"Send names of 1 to {LONGEST_LABEL} characters.")
        if type(value) is not str or len(value) > LONGEST_LABEL_VALUE or UNKEPT.search(value):
            message = f"Send text of at most {LONGEST_LABEL_VALUE} characters."
            raise Wrong(f"labels.{name}", message)
    return tuple(sorted(labels))
