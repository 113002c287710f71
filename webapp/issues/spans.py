"""From when until when a rule found a breach: pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from webapp.issues.breaches import RANKS, Event, What
from webapp.issues.kinds import Severity


@dataclass(frozen=True)
class Span:
    """A breach; `to_ms` is None for one that lasts, `level` and `peak_value` are its worst."""

    from_ms: int
    to_ms: int | None
    level: Severity
    peak_value: float
    peak_ms: int

    def length_ms(self, now_ms: int) -> int:
        """How long it was, or is until now."""
        return (now_ms if self.to_ms is None else self.to_ms) - self.from_ms


def spans_of(events: Iterable[Event]) -> list[Span]:
    """The spans that these events, in order, opened and closed."""
    found: list[Span] = []
    for event in events:
        if event.what is What.OPENED:
            peak = event.peak_value, event.peak_ms
            found.append(Span(event.at_ms, None, event.level, *peak))
        elif found:
            last = found[-1]
            level = max(last.level, event.level, key=RANKS.__getitem__)
            peak = event.peak_value, event.peak_ms
            found[-1] = replace(last, level=level, peak_value=peak[0], peak_ms=peak[1])
            if event.what is What.CLOSED:
                found[-1] = replace(found[-1], to_ms=event.at_ms)
    return found
