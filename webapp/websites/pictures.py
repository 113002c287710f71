"""What the bars and the calendar of a website show, out of its status periods. Pure."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from webapp.websites.availability import (
    USUAL,
    Availability,
    Counting,
    Day,
    Period,
    availability,
    days,
)
from webapp.websites.statuses import PeriodStatus

WIDTH = 1000  # units of a bar that is drawn to scale
MOST_SEGMENTS = 300
SLOT = 4  # width of a slot, with the gap after it
HEIGHT = 24
LOOKS = {"UP": ("good", 11), "DEGRADED": ("warn", 16), "DOWN": ("bad", 22)}
CALM = ("calm", 4)
MINUTE = "%Y-%m-%d %H:%M"
LOUD = (PeriodStatus.DOWN, PeriodStatus.DEGRADED)
LEVELS = ((100.0, "full"), (99.9, "high"), (99.0, "fair"), (95.0, "low"))


@dataclass(frozen=True)
class Slot:
    """A slot of a bar: the worst that happened in it, and in words what and how long."""

    status: str
    label: str


@dataclass(frozen=True)
class Bar:
    """A bar of slots as SVG paths: the good ones as one, each other one with its label; in words.

    Drawn here and not in a template, because a list has thousands of slots.
    """

    width: int
    good: str
    others: list[tuple[str, str, str]]
    text: str


@dataclass(frozen=True)
class Spark:
    """A line of numbers as SVG paths, the line and the area under it; in words."""

    width: int
    line: str
    under: str
    text: str


@dataclass(frozen=True)
class Segment:
    """A period in a bar to scale, from `x` on in units of `WIDTH`."""

    status: str
    x: float
    width: float
    label: str


@dataclass(frozen=True)
class DayCell:
    """A day of the calendar: its availability as a level, a word of the stylesheet, and in text."""

    date: date
    level: str
    percent: float | None
    label: str


def slots(
    periods: Sequence[Period], since: datetime, until: datetime, number: int, zone: tzinfo = UTC
) -> list[Slot]:
    """`number` slots of the same length, oldest first; the ones before the first period left out.

    A slot is down or degraded if the website was so for any of it, so that no trouble is too
    short to be seen; else it is what the website was for most of it. `zone` is for the words.
    """
    length = (until - since) / number
    spent: list[dict[PeriodStatus, timedelta]] = [{} for _ in range(number)]
    for period in periods:
        begins = max(period.started_at, since)
        ends = until if period.ended_at is None else min(period.ended_at, until)
        slot = (begins - since) // length
        while begins < ends and slot < number:
            here = min(ends, since + (slot + 1) * length)
            spent[slot][period.status] = spent[slot].get(period.status, timedelta()) + here - begins
            begins, slot = here, slot + 1
    known = next((n for n, found in enumerate(spent) if found), number)
    return [
        _slot(found, (since + n * length).astimezone(zone))
        for n, found in enumerate(spent)
        if n >= known
    ]


def bar(drawn: Sequence[Slot], number: int) -> Bar:
    """The slots as a bar that is wide enough for `number` of them, the newest at its end."""
    good, others, first = [], [], number - len(drawn)
    for place, slot in enumerate(drawn, first):
        kind, height = LOOKS.get(slot.status, CALM)
        path = f"M{place * SLOT},{HEIGHT - height}h3v{height}h-3z"
        if kind == "good":
            good.append(path)
        else:
            others.append((kind, path, slot.label))
    counts = Counter(slot.status.lower() for slot in drawn)
    text = ", ".join(f"{counts[status]} {status}" for status in sorted(counts))
    return Bar(number * SLOT, "".join(good), others, text or "none yet")


def spark(points: Sequence[float | None]) -> Spark:
    """The numbers as a line from zero to a little above the highest; None is a gap."""
    known = [point for point in points if point is not None]
    high = 1.2 * max(known, default=1) or 1
    line, under, start = [], [], None
    for place, point in enumerate([*points, None]):
        if point is not None:
            at = f"{place},{39 - 38 * point / high:.0f}"
            line.append(f"M{at}h0L{at}" if start is None else f" {at}")
            under.append(f"M{at}" if start is None else f" {at}")
            start = place if start is None else start
        elif start is not None:
            under.append(f"V40H{start}Z")
            start = None
    text = "no data"
    if known:
        text = f"lowest {min(known):.0f}, highest {max(known):.0f}, latest {known[-1]:.0f}"
    return Spark(max(len(points) - 1, 1), "".join(line), "".join(under), text)


def segments(
    periods: Sequence[Period], since: datetime, until: datetime, zone: tzinfo = UTC
) -> list[Segment]:
    """The periods of [since, until) to scale, oldest first; as slots when they are too many."""
    shown = [p for p in periods if p.started_at < until and (p.ended_at or until) > since]
    if len(shown) > MOST_SEGMENTS:
        cut = slots(shown, since, until, MOST_SEGMENTS, zone)
        width = WIDTH / MOST_SEGMENTS
        first = MOST_SEGMENTS - len(cut)
        return [
            Segment(s.status, round((first + n) * width, 1), round(width, 1), s.label)
            for n, s in enumerate(cut)
        ]
    return [_segment(p, since, until, zone) for p in shown]


def year(
    periods: Sequence[Period],
    until: datetime,
    zone: ZoneInfo,
    counting: Counting = USUAL,
) -> list[list[DayCell | None]]:
    """The last 53 weeks until now, each from Monday to Sunday; None for days to come.

    The periods are in order of time.
    """
    today = until.astimezone(zone).date()
    first = today - timedelta(weeks=52, days=today.weekday())
    cells: list[DayCell | None] = list(_cells(periods, first, today, until, zone, counting))
    cells += [None] * (-len(cells) % 7)
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def _cells(
    periods: Sequence[Period],
    first: date,
    last: date,
    until: datetime,
    zone: ZoneInfo,
    counting: Counting,
) -> Iterator[DayCell]:
    starts = [p.started_at for p in periods]
    ends = [p.ended_at or until for p in periods]
    for day in days(first, last, zone):
        inside = periods[bisect_right(ends, day.since) : bisect_left(starts, day.until)]
        found = availability(inside, day.since, min(day.until, until), **counting.sides)
        yield DayCell(day.date, _level(found), found.percent, _day_label(day, found))


def _slot(spent: dict[PeriodStatus, timedelta], at: datetime) -> Slot:
    loud = [status for status in LOUD if status in spent]
    most = max(spent, key=lambda s: spent[s], default=PeriodStatus.UNKNOWN)
    status = loud[0] if loud else most
    if status is PeriodStatus.UP:
        return Slot(status.value, "")
    parts = ", ".join(f"{s.value.lower()} {_length(spent[s])}" for s in sorted(spent))
    return Slot(status.value, f"From {at:{MINUTE}} {at.tzname()}: {parts or 'not observed'}")


def _segment(period: Period, since: datetime, until: datetime, zone: tzinfo) -> Segment:
    whole = (until - since) / WIDTH
    ended = period.ended_at or until
    x = max(period.started_at - since, timedelta()) / whole
    width = max((min(ended, until) - since) / whole - x, 2.0)
    word = period.status.value.capitalize()
    begins, ends = period.started_at.astimezone(zone), ended.astimezone(zone)
    until_word = f"to {ends:{MINUTE}} {ends.tzname()}" if period.ended_at else "until now"
    label = f"{word} from {begins:{MINUTE}} {until_word}, "
    return Segment(
        period.status.value,
        round(min(x, WIDTH - width), 1),
        round(width, 1),
        label + _length(ended - period.started_at),
    )


def _level(found: Availability) -> str:
    percent = found.percent
    if percent is None:
        return "none"
    return next((name for least, name in LEVELS if percent >= least), "bad")


def _day_label(day: Day, found: Availability) -> str:
    if found.percent is None:
        return f"{day.date}: not observed"
    label = f"{day.date}: {percent_text(found.percent)} up"
    if found.coverage_percent < 99.5:
        label += f", {found.coverage_percent:.0f} % of the day observed"
    return label


def percent_text(percent: float | None) -> str:
    """Availability for people: never rounded up to 100 %."""
    if percent is None:
        return "–"
    return (
        "100 %" if percent == 100 else f"{min(percent, 99.999):.3f}".rstrip("0").rstrip(".") + " %"
    )


def observed_text(percent: float) -> str:
    """Coverage for people: neither rounded up to 100 % nor down to none."""
    if percent > 99:
        return f"{percent_text(percent)} observed"
    return f"{'<1' if 0 < percent < 1 else int(percent)} % observed"


def _length(duration: timedelta) -> str:
    seconds = int(duration.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        return f"{seconds // 3600} h {seconds % 3600 // 60} min"
    return f"{seconds // 86_400} d {seconds % 86_400 // 3600} h"
