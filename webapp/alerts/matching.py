"""Which alerts fit what people described: by severity, where it comes from, and when. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from fnmatch import fnmatchcase
from typing import Any
from zoneinfo import ZoneInfo

from webapp.issues.kinds import Severity

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Facts:
    """What is known of an alert when it is decided who hears of it."""

    severity: Severity
    source: str
    title: str
    host: str | None = None
    service: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hours:
    """Times of the week in a time zone: on these days (0 is Monday), from until before.

    Where the end is not later than the beginning, it is of the next day.
    """

    zone: str
    days: tuple[int, ...]
    begins: time
    ends: time

    def hold(self, at: datetime) -> bool:
        """Whether that moment is in these hours, by the clock on the wall there."""
        local = at.astimezone(ZoneInfo(self.zone))
        today, wall = local.weekday(), local.time()
        if self.begins < self.ends:
            return today in self.days and self.begins <= wall < self.ends
        yesterday = (today - 1) % 7
        return (today in self.days and wall >= self.begins) or (
            yesterday in self.days and wall < self.ends
        )


@dataclass(frozen=True)
class Matchers:
    """What an alert must be like; an empty list does not narrow, of a list one must fit.

    `host`, `service`, `source`, `title` and the values of `tags` are patterns with * and ?, in
    which case does not count. A pattern never fits what an alert does not have.
    """

    severities: tuple[Severity, ...] = ()
    source: tuple[str, ...] = ()
    host: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    hours: Hours | None = None

    def why_not(self, facts: Facts, at: datetime) -> str | None:
        """Why the alert does not fit, in words; None when it does."""
        if self.severities and facts.severity not in self.severities:
            return f"its severity is {facts.severity.value}"
        for name in ("source", "host", "service", "title"):
            if not _fits(getattr(facts, name), getattr(self, name)):
                return f"its {name} is {getattr(facts, name) or 'not known'}"
        for tag, pattern in self.tags.items():
            if not _fits(facts.tags.get(tag), (pattern,)):
                return f"its tag {tag} is {facts.tags.get(tag) or 'missing'}"
        if self.hours is not None and not self.hours.hold(at):
            return "it is not the time for it"
        return None

    def fits(self, facts: Facts, at: datetime) -> bool:
        """Whether the alert fits at that moment."""
        return self.why_not(facts, at) is None


def _fits(value: str | None, patterns: Sequence[str]) -> bool:
    if not patterns:
        return True
    return value is not None and any(fnmatchcase(value.lower(), p.lower()) for p in patterns)


def read_matchers(stored: Mapping[str, Any]) -> Matchers:
    """What `matchers` of a route or a silence says, as `schemas.MatchersInput` wrote it."""
    hours = stored.get("hours")
    return Matchers(
        severities=tuple(Severity(value) for value in stored.get("severities", ())),
        **{name: tuple(stored.get(name, ())) for name in ("source", "host", "service", "title")},
        tags=dict(stored.get("tags", {})),
        hours=Hours(
            hours["zone"],
            tuple(hours["days"]),
            time.fromisoformat(hours["begins"]),
            time.fromisoformat(hours["ends"]),
        )
        if hours
        else None,
    )


def in_words(matchers: Matchers) -> str:
    """The same for people: "severity error or critical, host web*"."""
    parts = []
    if matchers.severities:
        parts.append("severity " + " or ".join(each.value for each in matchers.severities))
    for name in ("source", "host", "service", "title"):
        if patterns := getattr(matchers, name):
            parts.append(f"{name} {' or '.join(patterns)}")
    parts += [f"tag {tag} {pattern}" for tag, pattern in matchers.tags.items()]
    if matchers.hours is not None:
        parts.append(_hours_in_words(matchers.hours))
    return ", ".join(parts) or "every alert"


def _hours_in_words(hours: Hours) -> str:
    days = ", ".join(DAYS[day] for day in hours.days)
    return f"{days} from {hours.begins:%H:%M} to {hours.ends:%H:%M} ({hours.zone})"
