"""When a measured value is an overload, from when until when, and how bad: pure.

A rule is followed sample by sample, on the time of the samples, so that history replayed gives
what was found when it happened. A breach counts once the value has been at a level for `for_s`
and for `minimum_samples`; it is then dated back to the first of these samples. It ends once the
value has been on the good side of `recovery` for `keep_open_s`, dated back in the same way; what
lies between the levels and `recovery` changes nothing. While it lasts the level rises as it came,
and falls after `keep_open_s` below it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from webapp.issues.kinds import Direction, Severity

RANKS = {severity: severity.rank for severity in Severity}
LEVELS = (Severity.WARNING, Severity.ERROR, Severity.CRITICAL)
GAP_MS = 300_000  # so long without samples, and `GAP_INTERVALS` times what was usual, parts runs
GAP_INTERVALS = 3
Sample = tuple[int, float]


@dataclass(frozen=True)
class Rule:
    """Levels in the unit of the value, or in percent of another; None where there is no such one.

    A value equal to a level has reached it, and one equal to `recovery` has recovered.
    """

    direction: Direction = Direction.ABOVE
    warning: float | None = None
    error: float | None = None
    critical: float | None = None
    recovery: float | None = None
    for_s: float = 0
    minimum_samples: int = 1
    keep_open_s: float = 0

    @cached_property
    def sign(self) -> int:
        """What a value is multiplied with so that more of it is worse."""
        return 1 if self.direction is Direction.ABOVE else -1

    @cached_property
    def steps(self) -> tuple[tuple[float, Severity], ...]:
        """The levels, the worst first, where more is worse."""
        given = zip((self.warning, self.error, self.critical), LEVELS, strict=True)
        return tuple((self.sign * at, level) for at, level in given if at is not None)[::-1]

    @cached_property
    def floor(self) -> float:
        """From where on a value, where more is worse, is a breach."""
        return min((at for at, _ in self.steps), default=float("inf"))

    def reached(self, value: float) -> Severity | None:
        """The worst level that the value has reached."""
        if self.sign * value < self.floor:
            return None
        return next((level for at, level in self.steps if self.sign * value >= at), None)

    def has_recovered(self, value: float) -> bool:
        """Whether the value is on the good side of `recovery`."""
        if self.recovery is None:
            return self.sign * value < self.floor
        return self.sign * value <= self.sign * self.recovery


class Standing(NamedTuple):
    """Where a rule stands with one series; see `RuleWatch`, which keeps it."""

    level: Severity | None = None
    level_since_ms: int | None = None
    breached_level: Severity | None = None
    breached_since_ms: int | None = None
    breaching_count: int = 0
    first_value: float | None = None
    peak_value: float | None = None
    peak_ms: int | None = None
    recovered_since_ms: int | None = None
    lowered_since_ms: int | None = None
    newest_ms: int | None = None

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is, or may soon be, a breach."""
        return self.level is None and self.breached_level is None


class What(str, Enum):
    """What became of a breach."""

    OPENED = "opened"
    CHANGED = "changed"
    CLOSED = "closed"


class Event(NamedTuple):
    """Something that a sample brought about.

    `at_ms` is when it began to be so: of the first sample that was like this. `value` is of that
    sample where a breach opens, else of the one that decided.
    """

    what: What
    at_ms: int
    level: Severity
    value: float
    peak_value: float
    peak_ms: int


def step(standing: Standing, rule: Rule, at_ms: int, value: float) -> tuple[Standing, Event | None]:
    """What one more sample makes of a standing.

    One that is not newer than the newest, or is no number, changes nothing.
    """
    if value != value or (standing.newest_ms is not None and at_ms <= standing.newest_ms):
        return standing, None
    if standing.level is None:
        return _while_well(standing, rule, at_ms, value)
    return _while_breached(standing, standing.level, rule, at_ms, value)


def follow(
    standing: Standing, rule: Rule, samples: Iterable[Sample]
) -> tuple[Standing, list[Event]]:
    """What many samples, in the order of time, make of a standing."""
    events = []
    sign, floor = rule.sign, rule.floor
    for at_ms, value in samples:
        if standing.is_at_rest and sign * value < floor:
            if standing.newest_ms is None or at_ms > standing.newest_ms:
                standing = Standing(newest_ms=at_ms)
            continue
        standing, event = step(standing, rule, at_ms, value)
        if event is not None:
            events.append(event)
    return standing, events


def _while_well(
    standing: Standing, rule: Rule, at_ms: int, value: float
) -> tuple[Standing, Event | None]:
    reached = rule.reached(value)
    if reached is None:
        return Standing(newest_ms=at_ms), None
    if _is_parted(standing, at_ms):
        standing = Standing()
    running = _peaked(_run(standing, reached, at_ms, value), rule, at_ms, value)
    return _opened(running) if _counts(running, rule, at_ms) else (running, None)


def _opened(running: Standing) -> tuple[Standing, Event]:
    level, since_ms, value = running.breached_level, running.breached_since_ms, running.first_value
    assert level is not None
    assert since_ms is not None
    assert value is not None
    standing = _calm(running)._replace(level=level, level_since_ms=since_ms)
    return standing, _event(What.OPENED, since_ms, level, value, standing)


def _while_breached(
    standing: Standing, level: Severity, rule: Rule, at_ms: int, value: float
) -> tuple[Standing, Event | None]:
    reached = rule.reached(value)
    standing = _peaked(_timed(standing, level, rule, at_ms, value), rule, at_ms, value)
    recovered_ms, lowered_ms = standing.recovered_since_ms, standing.lowered_since_ms
    if recovered_ms is not None and _lasted(recovered_ms, at_ms, rule.keep_open_s):
        closed = _event(What.CLOSED, recovered_ms, level, value, standing)
        return Standing(newest_ms=at_ms), closed
    if standing.breached_level is not None and _counts(standing, rule, at_ms):
        return _changed(standing, standing.breached_level, at_ms, value)
    if lowered_ms is not None and _lasted(lowered_ms, at_ms, rule.keep_open_s):
        lower = reached or (rule.steps[-1][1] if rule.steps else level)
        if RANKS[lower] < RANKS[level]:
            return _changed(standing, lower, at_ms, value)
    return standing, None


def _timed(standing: Standing, level: Severity, rule: Rule, at_ms: int, value: float) -> Standing:
    """Since when the value has been above the level, below it, and well."""
    reached = rule.reached(value)
    rank = -1 if reached is None else RANKS[reached]
    recovered_ms = lowered_ms = None
    if rule.has_recovered(value):
        recovered_ms = _first(standing.recovered_since_ms, at_ms)
    if rank < RANKS[level]:
        lowered_ms = _first(standing.lowered_since_ms, at_ms)
    if reached is not None and rank > RANKS[level]:
        standing = _run(standing, reached, at_ms, value)
    else:
        standing = standing._replace(breached_level=None, breached_since_ms=None, breaching_count=0)
    return standing._replace(
        recovered_since_ms=recovered_ms, lowered_since_ms=lowered_ms, newest_ms=at_ms
    )


def _run(standing: Standing, reached: Severity, at_ms: int, value: float) -> Standing:
    """One more sample of a run that does not count yet, at the least level of the run."""
    before = standing.breached_level
    if before is None:
        first_value = value if standing.level is None else standing.first_value
        return standing._replace(
            breached_level=reached, breached_since_ms=at_ms, breaching_count=1,
            first_value=first_value, newest_ms=at_ms,
        )  # fmt: skip
    least = min(before, reached, key=RANKS.__getitem__)
    count = standing.breaching_count + 1
    return standing._replace(breached_level=least, breaching_count=count, newest_ms=at_ms)


def _changed(
    standing: Standing, level: Severity, at_ms: int, value: float
) -> tuple[Standing, Event]:
    standing = _calm(standing)._replace(level=level, recovered_since_ms=standing.recovered_since_ms)
    return standing, _event(What.CHANGED, at_ms, level, value, standing)


def _calm(standing: Standing) -> Standing:
    return standing._replace(
        breached_level=None, breached_since_ms=None, breaching_count=0,
        recovered_since_ms=None, lowered_since_ms=None,
    )  # fmt: skip


def _peaked(standing: Standing, rule: Rule, at_ms: int, value: float) -> Standing:
    peak = standing.peak_value
    if peak is not None and rule.sign * value <= rule.sign * peak:
        return standing
    return standing._replace(peak_value=value, peak_ms=at_ms)


def _event(what: What, at_ms: int, level: Severity, value: float, standing: Standing) -> Event:
    peak_value, peak_ms = standing.peak_value, standing.peak_ms
    assert peak_value is not None
    assert peak_ms is not None
    return Event(what, at_ms, level, value, peak_value, peak_ms)


def _counts(running: Standing, rule: Rule, at_ms: int) -> bool:
    assert running.breached_since_ms is not None
    is_long = _lasted(running.breached_since_ms, at_ms, rule.for_s)
    return is_long and running.breaching_count >= rule.minimum_samples


def _is_parted(standing: Standing, at_ms: int) -> bool:
    """Whether what was before is too long ago to be one run with what comes now."""
    since_ms, newest_ms = standing.breached_since_ms, standing.newest_ms
    if since_ms is None or newest_ms is None or standing.breaching_count < 2:
        return False
    usual_ms = (newest_ms - since_ms) / (standing.breaching_count - 1)
    return at_ms - newest_ms > max(GAP_MS, GAP_INTERVALS * usual_ms)


def _lasted(since_ms: int, at_ms: int, seconds: float) -> bool:
    return at_ms - since_ms >= seconds * 1000


def _first(since_ms: int | None, at_ms: int) -> int:
    return at_ms if since_ms is None else since_ms
