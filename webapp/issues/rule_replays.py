"""What the form of a rule shows before it is saved: when it would have found a breach, drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from webapp.core import clock
from webapp.issues import replaying, rule_drawing
from webapp.issues.replaying import Replay, Replayed
from webapp.issues.rule_drawing import Drawing
from webapp.issues.rule_values import RuleValues, rule_of
from webapp.metrics import timelines
from webapp.metrics.ranges import RANGES

DRAWN = 3  # series, those that say most
STEPS = 240
LISTED = 20  # breaches of a series


@dataclass(frozen=True)
class Picture:
    """A series with its drawing, and the first of its breaches."""

    series: Replayed
    drawing: Drawing
    listed: tuple[tuple[datetime, float, str, float], ...]


@dataclass(frozen=True)
class Shown:
    """A replay for people: over how long, and the series in which most happened."""

    replay: Replay
    words: str
    pictures: tuple[Picture, ...]

    @property
    def touched(self) -> int:
        """In how many series there would have been a breach."""
        return sum(bool(each.spans) for each in self.replay.series)


def shown(values: RuleValues, over: str, now: datetime) -> Shown:
    """Replay a rule over one of the ranges that charts have, and draw it."""
    length_ms, words = RANGES[over]
    now_ms = clock.to_ms(now)
    found = replaying.replay(values, now_ms - length_ms, now_ms)
    told = sorted(found.series, key=lambda each: -len(each.spans))[:DRAWN]
    return Shown(found, words, tuple(_pictures(values, told, found)))


def _pictures(values: RuleValues, told: Sequence[Replayed], found: Replay) -> list[Picture]:
    ids = [each.series_id for each in told]
    if not ids:
        return []
    lines = timelines.read(ids, found.from_ms, found.to_ms, STEPS, found.to_ms)
    pictures = []
    for each in told:
        scale = 100 / each.maximum if values.percent_of and each.maximum else 1.0
        points = rule_drawing.worst_of(lines.lines.get(each.series_id, ()), rule_of(values), scale)
        drawing = rule_drawing.draw(points, each.spans, rule_of(values), lines.from_ms, lines.to_ms)
        pictures.append(Picture(each, drawing, tuple(_listed(each, found.to_ms))))
    return pictures


def _listed(each: Replayed, now_ms: int) -> list[tuple[datetime, float, str, float]]:
    return [
        (clock.from_ms(s.from_ms), s.length_ms(now_ms) / 1000, s.level.value, s.peak_value)
        for s in each.spans[::-1][:LISTED]
    ]
