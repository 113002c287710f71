"""What the form of a rule shows before it is saved: when it would have found a breach, drawn."""

from dataclasses import dataclass
from datetime import datetime

from webapp.core import clock
from webapp.issues import replaying, rule_drawing
from webapp.issues.breaches import Rule
from webapp.issues.replaying import Replay, Replayed
from webapp.issues.rule_drawing import Drawing
from webapp.issues.rule_values import RuleValues, rule_of
from webapp.metrics.ranges import RANGES

DRAWN = 3  # series, those that say most
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
    return Shown(found, words, tuple(_picture(rule_of(values), each, found) for each in told))


def _picture(rule: Rule, each: Replayed, found: Replay) -> Picture:
    drawing = rule_drawing.draw(each.points, each.spans, rule, found.from_ms, found.to_ms)
    return Picture(each, drawing, tuple(_listed(each, found.to_ms)))


def _listed(each: Replayed, now_ms: int) -> list[tuple[datetime, float, str, float]]:
    return [
        (clock.from_ms(s.from_ms), s.length_ms(now_ms) / 1000, s.level.value, s.peak_value)
        for s in each.spans[::-1][:LISTED]
    ]
