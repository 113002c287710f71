"""Is anything wrong now? Facts in, one sentence out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SETTLED = timedelta(seconds=60)  # a value that is high for a moment is no trouble yet
SERIOUS = ("down", "critical")
ORDER = ("down", "critical", "degraded", "warning", "stale", "late", "failed")
IN_WORDS = {"maintenance": "in maintenance"}
STATES = ("up", "down", "degraded", "unknown", "maintenance", "paused")


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong: what, since when, and where to read on.

    `status` is one of `ORDER`; `owner` is who has taken it on, None while nobody has.
    """

    status: str
    title: str
    since_at: datetime | None
    href: str
    detail: str | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Facts:
    """How many websites are in which state, how many machines report, and what is wrong.

    `troubles` may leave out some of what is wrong; `more` says how many.
    """

    websites: Mapping[str, int]
    machines: int
    troubles: Sequence[Trouble] = ()
    more: int = 0


@dataclass(frozen=True)
class Verdict:
    """The answer: a status to show it with, the sentence, what else to say, how many problems."""

    status: str
    title: str
    text: str
    problems: int


def is_settled(since_at: datetime | None, now: datetime) -> bool:
    """Whether something has been beyond its threshold for long enough to be called trouble."""
    return since_at is None or now - since_at >= SETTLED


def worst_first(troubles: Sequence[Trouble]) -> list[Trouble]:
    """The troubles, the worst first and of equal ones the newest."""
    newest_first = sorted(
        troubles, key=lambda t: t.since_at.timestamp() if t.since_at else 0, reverse=True
    )
    return sorted(newest_first, key=lambda t: ORDER.index(t.status))


def judge(facts: Facts) -> Verdict:
    """What the front page says first."""
    count = len(facts.troubles) + facts.more
    if not count:
        return _calm(facts)
    worst = worst_first(facts.troubles)[0]
    status = "critical" if worst.status in SERIOUS else "warning"
    if count == 1:
        return Verdict(status, f"{worst.title}.", _rest(facts), 1)
    title = f"{count} things are wrong." if status == "critical" else f"{count} things need a look."
    return Verdict(status, title, _rest(facts), count)


def _calm(facts: Facts) -> Verdict:
    watched = sum(facts.websites.values()) + facts.machines
    if not watched:
        return Verdict("unknown", "Nothing is watched yet.", "Add a website to begin.", 0)
    return Verdict("healthy", "All is well.", _rest(facts), 0)


def _rest(facts: Facts) -> str:
    """What there is besides, such as `10 websites up, 1 paused, 2 machines reporting.`"""
    found = [(state, facts.websites[state]) for state in STATES if facts.websites.get(state)]
    parts = [f"{count} {IN_WORDS.get(state, state)}" for state, count in found]
    if found:
        state, count = found[0]
        parts[0] = f"{_counted(count, 'website')} {IN_WORDS.get(state, state)}"
    if facts.machines:
        parts.append(f"{_counted(facts.machines, 'machine')} reporting")
    return f"{', '.join(parts)}." if parts else ""


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
