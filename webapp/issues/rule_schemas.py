"""Threshold rules as they come in through the API and the form, and as they go out."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from webapp.core.jsonapi import Input, Output, Page, PageQuery
from webapp.issues.kinds import Direction, Severity
from webapp.issues.rule_values import LONGEST_LABEL, LONGEST_S, MOST_LABELS, RuleValues
from webapp.metrics.readings import MetricKind


def _nothing_for_empty(given: object) -> object:
    return None if given == "" else given


Name = Annotated[str, Field(min_length=1, max_length=100)]
Source = Annotated[str | None, Field(max_length=255), BeforeValidator(_nothing_for_empty)]
Other = Annotated[str | None, Field(max_length=100), BeforeValidator(_nothing_for_empty)]
Level = Annotated[float | None, Field(allow_inf_nan=False)]
Seconds = Annotated[int, Field(ge=0, le=LONGEST_S)]
Samples = Annotated[int, Field(ge=1, le=10_000)]
Labels = Annotated[
    dict[str, Annotated[str, Field(max_length=LONGEST_LABEL)]], Field(max_length=MOST_LABELS)
]


class RuleBase(Input):
    """What a threshold rule says; see the documentation of issues."""

    name: Name
    kind: MetricKind
    metric_name: Name
    source: Source = None
    labels: Labels = {}
    percent_of: Other = None
    direction: Direction = Direction.ABOVE
    warning: Level = None
    error: Level = None
    critical: Level = None
    recovery: Level = None
    for_s: Seconds = 0
    minimum_samples: Samples = 1
    keep_open_s: Seconds = 0
    is_active: bool = True

    def values(self) -> RuleValues:
        """The same for the verbs."""
        return RuleValues(**{name: getattr(self, name) for name in RuleBase.model_fields})


class RuleCreate(RuleBase):
    """A new threshold rule."""


class RuleUpdate(Input):
    """What is to be changed of a threshold rule; what is left out stays as it is."""

    name: Name | None = None
    kind: MetricKind | None = None
    metric_name: Name | None = None
    source: Source = None
    labels: Labels | None = None
    percent_of: Other = None
    direction: Direction | None = None
    warning: Level = None
    error: Level = None
    critical: Level = None
    recovery: Level = None
    for_s: Seconds | None = None
    minimum_samples: Samples | None = None
    keep_open_s: Seconds | None = None
    is_active: bool | None = None

    def values(self, rule: Any) -> dict[str, Any]:
        """The fields of a whole rule: those that were sent, and of the others what `rule` says."""
        sent = self.model_dump(exclude_unset=True)
        return {name: sent.get(name, getattr(rule, name)) for name in RuleBase.model_fields}


class RuleRead(Output):
    """A threshold rule: what it says, how many series it watches and how many it finds over."""

    id: int
    name: str
    kind: MetricKind
    metric_name: str
    source: str | None
    labels: dict[str, str]
    percent_of: str | None
    direction: Direction
    warning: float | None
    error: float | None
    critical: float | None
    recovery: float | None
    for_s: int
    minimum_samples: int
    keep_open_s: int
    is_active: bool
    default_key: str | None
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    watched: int
    breached: int
    without_data: int


class RuleListResponse(Page[RuleRead]):
    """One page of threshold rules."""


class RuleQuery(PageQuery):
    """Which page, and which rules: words of their names and metrics."""

    search: Annotated[str, Field(max_length=200)] = ""


class RestoredResponse(Output):
    """The rules that came with the product and are now as they came."""

    restored: list[str]


class ReplayRequest(Input):
    """A rule that need not be stored, and the hours until now over which it is replayed."""

    rule: RuleBase
    hours: Annotated[float, Field(gt=0, le=24 * 31, allow_inf_nan=False)] = 24


class SpanRead(Output):
    """A breach as it would have been found; `to_at` is null for one that lasts."""

    from_at: datetime
    to_at: datetime | None
    level: Severity
    peak_value: float
    peak_at: datetime


class ReplayedRead(Output):
    """What the rule would have found in one series."""

    series_id: int
    source: str
    labels: dict[str, str]
    unit: str
    samples: int
    spans: list[SpanRead]


class ReplayRead(Output):
    """What a rule would have found; `fitting` counts all series that it means."""

    from_at: datetime
    to_at: datetime
    fitting: int
    is_complete: bool
    count: int
    lasted_s: float
    series: list[ReplayedRead]


def _labels(given: object) -> object:
    """Lines of `name: pattern` as what they say; a sentence where one is not like that."""
    if not isinstance(given, str):
        return given
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, given.splitlines())):
        name, parted, pattern = line.partition(":")
        if not parted or not name.strip():
            raise ValueError("Write one label a line, like mount: /var*.")
        found[name.strip()] = pattern.strip()
    return found


class RuleForm(RuleBase):
    """The same as a form sends it: labels as text, and the stretch of time to replay it over."""

    labels: Annotated[Labels, BeforeValidator(_labels)] = {}
    is_active: bool = False
    replay_over: Literal["6h", "24h", "7d"] = "24h"
