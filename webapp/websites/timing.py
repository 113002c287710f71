"""When is a check due: every website has its own stable place in its interval. Pure.

Consecutive ids are spread evenly over the interval by the golden ratio (Knuth, The Art of
Computer Programming, volume 3, section 6.4), so that no two of few websites share a moment.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GOLDEN = 0x9E3779B97F4A7C15
MILLISECOND = timedelta(milliseconds=1)


def offset_ms(website_id: int, interval_s: int) -> int:
    """The website's place in its interval: milliseconds from 0 up to the interval."""
    return ((website_id * GOLDEN % 2**64) * interval_s * 1000) >> 64


def next_due(website_id: int, interval_s: int, after: datetime) -> datetime:
    """The first moment later than `after` at which the website is due."""
    period = interval_s * 1000
    offset = offset_ms(website_id, interval_s)
    passed = (after - EPOCH) // MILLISECOND
    return EPOCH + ((passed - offset) // period + 1) * period * MILLISECOND + offset * MILLISECOND


def late_ms(due_at: datetime, started_at: datetime) -> int:
    """Whole milliseconds by which a check started after it was due, 0 when it was on time."""
    return max(0, min((started_at - due_at) // MILLISECOND, 2**31 - 1))


def rest_ms(total: float | None, phases: Iterable[float | None]) -> float | None:
    """What the phases leave of the whole, in ms; None if there is no whole."""
    if total is None:
        return None
    return round(max(0.0, total - sum(phase or 0.0 for phase in phases)), 3)
