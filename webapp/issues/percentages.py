"""Values in percent of another metric of the same source: connections of the most there can be."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from webapp.core.db import db
from webapp.issues.breaches import Sample
from webapp.issues.watch_rows import parts
from webapp.metrics.models import MetricSeries


def of(wanted: Mapping[int, str | None]) -> dict[int, float]:
    """The newest value of the metric of that name beside each series; one statement.

    Of several it is the one with the same labels, else the one without any.
    """
    return {i: value for i, (_, value) in maxima(wanted).items() if value is not None}


def maxima(wanted: Mapping[int, str | None]) -> dict[int, tuple[int, float | None]]:
    """The series beside each, and its newest value."""
    found: dict[int, tuple[int, float | None]] = {}
    own, other = MetricSeries, aliased(MetricSeries)
    for part in parts(sorted(wanted)):
        names = {wanted[series_id] for series_id in part}
        rows = db.session.execute(
            select(own.id, own.details, other.id, other.name, other.details, other.newest_value)
            .join(other, (other.kind == own.kind) & (other.source == own.source))
            .where(own.id.in_(part), other.name.in_(names))
            .order_by(other.id)
        )
        for series_id, labels, other_id, name, other_labels, value in rows:
            if name == wanted[series_id] and _fits(labels, other_labels, series_id in found):
                found[series_id] = other_id, value
    return found


def _fits(labels: Mapping[str, Any], other: Mapping[str, Any], is_found: bool) -> bool:
    return labels == other or (not other and not is_found)


def scaled(samples: Sequence[Sample], maximum: float | None) -> list[Sample]:
    """The samples in percent of `maximum`; none where there is no maximum to speak of."""
    if maximum is None or maximum <= 0:
        return []
    return [(at_ms, 100 * value / maximum) for at_ms, value in samples]


def scaled_over(
    samples: Sequence[Sample], maxima: Sequence[Sample], maximum: float | None
) -> tuple[list[Sample], float | None]:
    """The samples in percent of what the most was at each moment, and what it was at the end.

    `maximum` is what it was before the first of `maxima`.
    """
    found: list[Sample] = []
    place = 0
    for at_ms, value in samples:
        while place < len(maxima) and maxima[place][0] <= at_ms:
            maximum = maxima[place][1]
            place += 1
        found += scaled([(at_ms, value)], maximum)
    return found, maximum
