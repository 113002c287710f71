"""When a host counts as silent. Pure.

The interval of a host, here, is how often it is heard of: the interval at which it measures, and
at least `HEARD_S`, because a shorter one sends several moments at once. It counts as silent after
one and a half of these, so that it is told before two of them are over.
"""

from datetime import datetime, timedelta

HEARD_S = 5.0
LOOKED_EVERY_S = 2  # silence is looked for so often: less than half of the shortest interval
INTERVALS = 1.5
SHORTEST_SILENCE = timedelta(seconds=INTERVALS * HEARD_S)


def heard_every_s(interval_s: float) -> float:
    """Seconds between two signs of life of a host that measures every `interval_s`."""
    return max(interval_s, HEARD_S)


def silent_after(interval_s: float) -> timedelta:
    """How long nothing may be heard of such a host before it counts as silent."""
    return timedelta(seconds=INTERVALS * heard_every_s(interval_s))


def is_overdue(last_seen_at: datetime, interval_s: float, now: datetime) -> bool:
    """Whether nothing has been heard of such a host for too long."""
    return now - last_seen_at > silent_after(interval_s)


def is_silent(
    last_seen_at: datetime, interval_s: float, now: datetime, listening_since: datetime
) -> bool:
    """Whether it was overdue while we listened: our own absence is nobody's silence."""
    return is_overdue(max(last_seen_at, listening_since), interval_s, now)
