"""In which hours of the week an issue comes, said in words: pure.

What counts is in how many weeks it came in an hour of the week, and not how often: one storm makes
no habit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
HOURS_OF_DAY, HOURS_OF_WEEK = 24, 168
LEAST_HOURS = 6  # in which it came; of fewer nothing is said
LEAST_WEEKS = 3
LEAST_SHARE = 0.6
LONGEST_OF_DAY, LONGEST_OF_WEEK = 6, 6
WORKING_DAYS = range(5)


@dataclass(frozen=True)
class Pattern:
    """Counts by hour of the week, from Monday 00:00, and what is striking about them."""

    week: list[int]
    says: str | None


@dataclass(frozen=True)
class Stretch:
    """Some hours on end, and the share of the hours with the issue that lie in them."""

    first: int
    length: int
    share: float


def pattern(hours: Mapping[datetime, int], zone: tzinfo) -> Pattern:
    """The pattern of counts by hour, as the hours of the week are in `zone`."""
    week = [0] * HOURS_OF_WEEK
    weeks: list[set[int]] = [set() for _ in range(HOURS_OF_WEEK)]
    for hour_at, count in hours.items():
        there = hour_at.astimezone(zone)
        place = there.weekday() * HOURS_OF_DAY + there.hour
        week[place] += count
        weeks[place].add((there.date() - timedelta(days=there.weekday())).toordinal())
    return Pattern(week, _words(weeks))


def _words(weeks: Sequence[set[int]]) -> str | None:
    """The narrowest habit in which most of it lies."""
    came = [len(each) for each in weeks]
    if sum(came) < LEAST_HOURS or len(set().union(*weeks)) < LEAST_WEEKS:
        return None
    return next((words for words in _habits(came) if words), None)


def _habits(came: Sequence[int]) -> Iterator[str | None]:
    by_hour = [sum(came[hour::HOURS_OF_DAY]) for hour in range(HOURS_OF_DAY)]
    by_day = [sum(came[day * HOURS_OF_DAY : (day + 1) * HOURS_OF_DAY]) for day in range(7)]
    if stretch := _densest(came, LONGEST_OF_WEEK):
        day, first = divmod(stretch.first, HOURS_OF_DAY)
        yield f"{DAYS[day]} {_between(first, stretch)}"
    if stretch := _densest(by_hour, LONGEST_OF_DAY):
        days = _days(by_day)
        yield f"{days} {_between(stretch.first, stretch)}" if days else None
        yield f"Daily {_between(stretch.first, stretch)}"
    if days := _days(by_day):
        yield f"{days}, at any hour"


def _days(by_day: Sequence[int]) -> str | None:
    """On which days nearly all of it comes, None where on all of them."""
    total = sum(by_day)
    if max(by_day) >= 0.9 * total:
        return DAYS[by_day.index(max(by_day))]
    working = sum(by_day[day] for day in WORKING_DAYS)
    if working >= 0.95 * total:
        return "Working days"
    return "Weekends" if working <= 0.1 * total else None


def _densest(came: Sequence[int], longest: int) -> Stretch | None:
    """The shortest stretch, around the clock, in which most of it lies."""
    total, size = sum(came), len(came)
    for length in range(1, longest + 1):
        sums = [sum(came[(first + n) % size] for n in range(length)) for first in range(size)]
        if max(sums) >= LEAST_SHARE * total:
            return Stretch(sums.index(max(sums)), length, max(sums) / total)
    return None


def _between(first: int, stretch: Stretch) -> str:
    last = (first + stretch.length) % HOURS_OF_DAY
    return f"between {first:02}:00 and {last:02}:00 ({stretch.share:.0%})"
