"""The numbers behind a chart: its lines over a range, and the same time earlier beside them."""

from collections.abc import Sequence
from typing import Any

from webapp.metrics import counts, strokes, timelines
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.ranges import TimeRange
from webapp.metrics.series_queries import Series
from webapp.metrics.strokes import Grid
from webapp.metrics.timelines import Timelines

FEWEST_POINTS, USUAL_POINTS, MOST_POINTS = 50, 400, 2000
LIVE_MS = 1000


def drawing(
    series: Sequence[Series], total: int, chosen: TimeRange, points: int = USUAL_POINTS
) -> dict[str, Any]:
    """What the script draws of these series, of `total` that there are.

    Times are milliseconds since 1970: the range asked for, and where the first of the places on
    the grid stands. `tier` and `words` say what a point is; `fresh_ms` for how long it stays true.
    """
    points = min(max(points, FEWEST_POINTS), MOST_POINTS)
    ids = [one.id for one in series]
    found = timelines.read(
        *(ids, chosen.from_ms, chosen.to_ms, points, chosen.now_ms),
        least_step_ms=_least(series),
        ends=_with_band(series),
    )
    grid = Grid(found.from_ms, found.step_ms, found.tier)
    lines = _lines(series, found, grid, chosen)
    if chosen.shift_ms:
        _compare(lines, series, chosen, points, grid)
    return {
        "from_ms": chosen.from_ms,
        "to_ms": chosen.to_ms,
        "start_ms": grid.start_ms,
        "step_ms": grid.step_ms,
        "tier": grid.tier,
        "words": grid.words(),
        "fresh_ms": max(grid.step_ms // 2, LIVE_MS),
        "total": total,
        "series": lines,
    }


def _lines(
    series: Sequence[Series], found: Timelines, grid: Grid, chosen: TimeRange
) -> list[dict[str, Any]]:
    with_band = _with_band(series)
    lines = []
    for one, label in zip(series, _labels(series), strict=True):
        buckets = found.lines.get(one.id, ())
        drawn = counts.drawn(buckets, one.unit, grid.start_ms, grid.step_ms, chosen.now_ms)
        unit = counts.drawn_unit(one.unit)
        lines.append({"id": one.id} | strokes.line(label, unit, drawn, found.tier, with_band))
    return lines


def _with_band(series: Sequence[Series]) -> bool:
    return len(series) <= strokes.LINES_WITH_BAND


def _least(series: Sequence[Series]) -> int:
    return counts.least_step_ms([one.unit for one in series])


def _labels(series: Sequence[Series]) -> list[str]:
    """What the lines are called; what is the same for all of them, the title says already."""
    labels = [one.label for one in series]
    if len(series) < 2 or len({one.name for one in series}) > 1:
        return labels
    measure = DESCRIBED.get(series[0].name)
    said = f"{measure.label} " if measure else ""
    return [label.removeprefix(said) for label in labels]


def _compare(
    lines: Sequence[dict[str, Any]],
    series: Sequence[Series],
    chosen: TimeRange,
    points: int,
    grid: Grid,
) -> None:
    """Put the same time earlier beside each line, as `before`."""
    shift = chosen.shift_ms
    ids = [one.id for one in series]
    begin, end = max(chosen.from_ms - shift, 0), max(chosen.to_ms - shift, 1)
    found = timelines.read(
        ids, begin, end, points, chosen.now_ms, least_step_ms=_least(series), ends=False
    )
    own = Grid(found.from_ms, found.step_ms, found.tier)
    for line, one in zip(lines, series, strict=True):
        told = found.lines.get(one.id, ())
        buckets = counts.drawn(told, one.unit, own.start_ms, own.step_ms, chosen.now_ms)
        aligned = strokes.align(buckets, own, shift, grid, len(line["values"]))
        line["before"] = strokes.means(aligned)
        line["before_bridge"] = strokes.bridge(aligned, own.tier)
