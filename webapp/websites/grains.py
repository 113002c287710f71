"""How finely a stretch of a website's past is drawn. Pure."""

from datetime import timedelta

from webapp.websites.summaries import DAY, HOUR

EACH = timedelta(0)
MINUTES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
CHECKS_UP_TO = 2 * DAY  # of a longer stretch no checks are read
HOURS_UP_TO = 90 * DAY
MOST_DRAWN = 1500
MOST_STEPS = 600
MOST_READ = 20_000


def grain(length: timedelta, interval_s: int) -> timedelta:
    """The time between two points of the chart, `EACH` where every check is one."""
    checks = length / timedelta(seconds=interval_s)
    if length > CHECKS_UP_TO or checks > MOST_READ:
        return HOUR if length <= HOURS_UP_TO else DAY
    if checks <= MOST_DRAWN:
        return EACH
    return next(step for step in MINUTES if length / step <= MOST_STEPS)


def told(step: timedelta) -> str:
    """What a point of the chart is, in words."""
    if step == EACH:
        return "each check"
    if step >= HOUR:
        return "percentiles of each day" if step == DAY else "percentiles of each hour"
    minutes = step // timedelta(minutes=1)
    return "percentiles of each minute" if minutes == 1 else f"percentiles of {minutes} minutes"
