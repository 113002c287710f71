"""When to read: at multiples of the interval on the wall clock, never twice to catch up.

Readings that stand at even moments pack into almost nothing, and lines of several hosts meet.
"""

LATE_S = 0.25  # a reading that is no later than this is noted under the tick it was meant for
LATE_SHARE = 0.1


def next_tick_s(now_s: float, interval_s: float) -> float:
    """The first tick after `now_s`, in seconds since 1970."""
    return (now_s // interval_s + 1) * interval_s


def stamp_ms(tick_s: float, now_s: float, interval_s: float) -> int:
    """Milliseconds since 1970 to note a reading under that was due at `tick_s` and is taken now.

    That is the tick itself, unless the reading is so late, or the clock was so set, that the tick
    would be a lie.
    """
    is_near = 0 <= now_s - tick_s <= max(LATE_S, LATE_SHARE * interval_s)
    return round((tick_s if is_near else now_s) * 1000)
