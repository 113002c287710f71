"""When a rule would have found a breach: stored samples through the steps that judge new ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import select

from webapp.core.db import db
from webapp.issues import percentages
from webapp.issues.breaches import Event, Rule, Sample, Standing, follow
from webapp.issues.matching import fits
from webapp.issues.rule_drawing import Worst
from webapp.issues.rule_values import RuleValues, rule_of
from webapp.issues.spans import Span, spans_of
from webapp.metrics import gallery, raw
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.models import MetricSeries

WINDOW_MS = 6 * 3_600_000  # read at once
MOST_SERIES = 50
PATIENCE_S = 4.0
PERCENT = "%"
STEPS = 240  # of a drawing


@dataclass(frozen=True)
class Replayed:
    """What a rule would have found in one series, and in which unit it judged.

    `points` are the worst values of so many equal parts of the time, for a drawing.
    """

    series_id: int
    source: str
    label: str
    unit: str
    labels: Mapping[str, str]
    samples: int
    spans: tuple[Span, ...]
    points: tuple[float | None, ...]


@dataclass(frozen=True)
class Replay:
    """What a rule would have found from `from_ms` until `to_ms`; `fitting` counts its series.

    Not all of them are replayed where they are many, or where that takes too long.
    """

    from_ms: int
    to_ms: int
    fitting: int
    series: tuple[Replayed, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every series that fits was replayed."""
        return len(self.series) == self.fitting

    @property
    def count(self) -> int:
        """How many breaches there would have been."""
        return sum(len(each.spans) for each in self.series)

    @property
    def lasted_ms(self) -> int:
        """How long they would have lasted, all together."""
        return sum(s.length_ms(self.to_ms) for each in self.series for s in each.spans)


def replay(
    values: RuleValues, from_ms: int, to_ms: int, *, patience_s: float = PATIENCE_S
) -> Replay:
    """Replay a rule, which need not be stored, over the samples that are kept."""
    fitting = series_of(values)
    beside = _beside(values, [row.id for row in fitting])
    rule, began_s, done = rule_of(values), monotonic(), []
    for row in fitting[:MOST_SERIES]:
        found = _replay(row, rule, values, beside.get(row.id), from_ms, to_ms)
        done.append(found)
        if monotonic() - began_s > patience_s:
            break
    return Replay(from_ms, to_ms, len(fitting), tuple(done))


def series_of(values: RuleValues) -> list[Any]:
    """The series that a rule means, by source and labels; one statement."""
    columns = (
        MetricSeries.id, MetricSeries.source, MetricSeries.name, MetricSeries.unit,
        MetricSeries.details,
    )  # fmt: skip
    query = select(*columns).where(
        MetricSeries.kind == values.kind, MetricSeries.name == values.metric_name
    )
    found = [r for r in db.session.execute(query) if _is_meant(values, r)]
    return sorted(found, key=lambda r: (gallery.natural(r.source), str(sorted(r.details.items()))))


def _is_meant(values: RuleValues, row: Any) -> bool:
    return fits(values.source, values.labels, row.source, row.details)


def _beside(values: RuleValues, ids: Sequence[int]) -> dict[int, tuple[int, float | None]]:
    if values.percent_of is None:
        return {}
    return percentages.maxima(dict.fromkeys(ids[:MOST_SERIES], values.percent_of))


def _replay(
    row: Any,
    rule: Rule,
    values: RuleValues,
    beside: tuple[int, float | None] | None,
    from_ms: int,
    to_ms: int,
) -> Replayed:
    standing, events, count = Standing(), list[Event](), 0
    worst = Worst(rule, from_ms, to_ms, STEPS)
    is_share = values.percent_of is not None
    for samples in _windows(row.id, beside, from_ms, to_ms) if beside or not is_share else ():
        standing, found = follow(standing, rule, samples)
        events += found
        count += len(samples)
        worst.add(samples)
    spans = _with_last_peak(spans_of(events), standing)
    label = gallery.label_of(row.name, row.details, DESCRIBED)
    unit = PERCENT if is_share else row.unit
    points = tuple(worst.bridged())
    return Replayed(row.id, row.source, label, unit, dict(row.details), count, tuple(spans), points)


def _with_last_peak(spans: list[Span], standing: Standing) -> list[Span]:
    """The last of them may last, and has become worse since it was told of."""
    if spans and spans[-1].to_ms is None:
        value, at_ms = standing.peak_value, standing.peak_ms
        if value is not None and at_ms is not None:
            last = spans[-1]
            spans[-1] = Span(last.from_ms, None, last.level, value, at_ms)
    return spans


def _windows(
    series_id: int, beside: tuple[int, float | None] | None, from_ms: int, to_ms: int
) -> Iterator[list[Sample]]:
    maximum = beside[1] if beside else None
    for begin in range(from_ms, to_ms, WINDOW_MS):
        end = min(begin + WINDOW_MS, to_ms)
        samples = raw.samples(series_id, begin, end)
        if beside is not None:
            maxima = raw.samples(beside[0], begin, end)
            samples, maximum = percentages.scaled_over(samples, maxima, maximum)
        if samples:
            yield samples
