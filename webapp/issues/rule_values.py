"""What a threshold rule says, and whether that makes sense: pure."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from webapp.issues.breaches import LEVELS, Rule
from webapp.issues.kinds import Direction
from webapp.metrics.readings import MetricKind

SAYS = {Direction.ABOVE: "above", Direction.BELOW: "below"}
LONGEST_S = 7 * 86_400
MOST_LABELS = 10
LONGEST_LABEL = 200


@dataclass(frozen=True)
class RuleValues:
    """The columns of a `ThresholdRule` that people decide on."""

    name: str
    kind: MetricKind
    metric_name: str
    source: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    percent_of: str | None = None
    direction: Direction = Direction.ABOVE
    warning: float | None = None
    error: float | None = None
    critical: float | None = None
    recovery: float | None = None
    for_s: int = 0
    minimum_samples: int = 1
    keep_open_s: int = 0
    is_active: bool = True

    def columns(self) -> dict[str, Any]:
        """As a row has them."""
        return dict(vars(self)) | {"labels": dict(self.labels)}

    def problems(self) -> list[tuple[str, str]]:
        """What does not make sense, by field, in a sentence that says what was expected."""
        return [*_of_levels(self), *_of_labels(self)]


def rule_of(found: Any) -> Rule:
    """How a rule is judged: out of `RuleValues`, of a row or of anything with these names."""
    return _rule(
        found.direction, found.warning, found.error, found.critical, found.recovery,
        found.for_s, found.minimum_samples, found.keep_open_s,
    )  # fmt: skip


# The judge asks for all rules with each batch, and they seldom change.
_rule = lru_cache(maxsize=4096)(Rule)


def _of_levels(values: RuleValues) -> Iterator[tuple[str, str]]:
    given = {level.value: getattr(values, level.value) for level in LEVELS}
    named = {name: at for name, at in given.items() if at is not None}
    if not named:
        yield "warning", "Give at least one level: warning, error or critical."
    for name, at in (named | {"recovery": values.recovery}).items():
        if at is not None and not math.isfinite(at):
            yield name, "Give a finite number."
            return
    sign = 1 if values.direction is Direction.ABOVE else -1
    side = SAYS[values.direction]
    for (milder, low), (worse, high) in zip(named.items(), list(named.items())[1:], strict=False):
        if sign * high <= sign * low:
            yield worse, f"This level has to be {side} the {milder} level, which is {low:g}."
    first = next(iter(named.items()), None)
    if first and values.recovery is not None and sign * values.recovery >= sign * first[1]:
        other = "below" if side == "above" else "above"
        yield "recovery", f"This has to be {other} the {first[0]} level, which is {first[1]:g}."


def _of_labels(values: RuleValues) -> Iterator[tuple[str, str]]:
    if len(values.labels) > MOST_LABELS:
        yield "labels", f"Give at most {MOST_LABELS} labels."
    if any(
        not name or len(name) + len(text) > LONGEST_LABEL for name, text in values.labels.items()
    ):
        yield "labels", f"A label has a name; both together are at most {LONGEST_LABEL} characters."
    if values.percent_of == values.metric_name:
        yield "percent_of", "A metric cannot be judged in percent of itself."
