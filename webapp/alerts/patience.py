"""When a delivery is tried again, when it is given up, and what is kept of a silence. Pure."""

from datetime import datetime, timedelta

SILENCE_DAYS = 90  # that one is kept after it has ended
FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=2)
GIVEN_UP_AFTER = timedelta(hours=24)
FALLBACK_AFTER = timedelta(minutes=5)


def next_attempt_at(attempts: int, now: datetime, retry_after: timedelta | None = None) -> datetime:
    """When to try again after so many attempts: twice as late each time, two hours at most.

    What the receiver asked for (`Retry-After`) counts where it is longer, up to the same bound.
    """
    pause = min(FIRST * (1 << min(max(attempts - 1, 0), 20)), LONGEST)
    return now + max(pause, min(retry_after or timedelta(0), LONGEST))


def is_given_up(created_at: datetime, now: datetime) -> bool:
    """Whether what was to be told then is no longer tried."""
    return now - created_at >= GIVEN_UP_AFTER


def wants_fallback(created_at: datetime, now: datetime) -> bool:
    """Whether another channel is to be asked, while this one is tried on."""
    return now - created_at >= FALLBACK_AFTER
