"""What a message says: of one alert, or of many at once. Pure.

What went stale while it waited is told as what it came to: an alert that fired and was over before
the message left is one sentence, "was firing from, to".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from string import Template

from webapp.issues.kinds import Severity

MOST_LINES = 20
LONGEST_DESCRIPTION = 2000
FIELDS = ("title", "description", "severity", "status", "source", "host", "service", "url")


@dataclass(frozen=True)
class Item:
    """One alert in a message; `news` are the steps that the message tells of it, in order."""

    alert_id: int
    title: str
    description: str
    severity: Severity
    source: str
    host: str | None
    service: str | None
    created_at: datetime
    resolved_at: datetime | None
    news: tuple[str, ...]
    url: str

    @property
    def status(self) -> str:
        """The newest of its news in one or two words."""
        if self.resolved_at is not None:
            return "resolved"
        return {"worse": "worse", "repeated": "still firing"}.get(self.news[-1], "firing")


@dataclass(frozen=True)
class Message:
    """What a channel sends."""

    title: str
    body: str


@dataclass(frozen=True)
class Words:
    """A channel's own templates with $title, $severity and the like; None for ours."""

    title: str | None = None
    body: str | None = None


def compose(items: Sequence[Item], words: Words = Words()) -> Message:
    """The message about these alerts, of which there is at least one."""
    if len(items) > 1:
        return _of_many(items)
    item = items[0]
    values = _values(item)
    title = _filled(words.title, values) or f"[{item.status}] {item.title}"
    return Message(title, _filled(words.body, values) or _body(item))


def unknown_fields(template: str) -> list[str]:
    """The names in a template that no alert has, and "$" where one stands for itself."""
    found = Template(template)
    if not found.is_valid():
        return ["$"]
    return [name for name in found.get_identifiers() if name not in FIELDS]


def _filled(template: str | None, values: Mapping[str, str]) -> str | None:
    return Template(template).safe_substitute(values) if template else None


def _values(item: Item) -> dict[str, str]:
    return {
        "title": item.title,
        "description": item.description,
        "severity": item.severity.value,
        "status": item.status,
        "source": item.source,
        "host": item.host or "",
        "service": item.service or "",
        "url": item.url,
    }


def _body(item: Item) -> str:
    where = [f"host {item.host}"] if item.host else []
    where += [f"service {item.service}"] if item.service else []
    head = ", ".join([f"{item.severity.value} from {item.source}", *where])
    parts = [head, when(item), item.description[:LONGEST_DESCRIPTION], item.url]
    return "\n".join(part for part in parts if part)


def _of_many(items: Sequence[Item]) -> Message:
    worst = max((item.severity for item in items), key=lambda severity: severity.rank)
    over = sum(item.resolved_at is not None for item in items)
    said = [f"{len(items) - over} firing"] if over < len(items) else []
    said += [f"{over} resolved"] if over else []
    title = f"{len(items)} alerts, {worst.value} at worst: {', '.join(said)}"
    lines = [f"[{item.status}] {item.title} ({when(item)})" for item in items[:MOST_LINES]]
    if (more := len(items) - MOST_LINES) > 0:
        lines.append(f"and {more} more")
    return Message(title, "\n".join(lines))


def when(item: Item) -> str:
    """Since when it fires, or from when until when it did."""
    since = f"{item.created_at:%Y-%m-%d %H:%M:%S} UTC"
    if item.resolved_at is None:
        return f"since {since}"
    return f"from {since}, for {_lasted(item.resolved_at - item.created_at)}"


def _lasted(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            rest, below = (
                seconds % size,
                {"d": ("h", 3600), "h": ("min", 60), "min": ("s", 1)}[unit],
            )
            return f"{seconds // size} {unit} {rest // below[1]} {below[0]}"
    return f"{seconds} s"
