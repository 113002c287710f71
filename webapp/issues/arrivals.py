"""What a batch of occurrences comes to for the recurring issue that they belong to: pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.issues.kinds import Severity
from webapp.issues.occurrences import Occurrence

CURRENT = timedelta(hours=24)
LONGEST_MESSAGE = 2000  # of a recurring issue; each occurrence keeps its own whole


@dataclass(frozen=True, slots=True)
class Batch:
    """Occurrences of one recurring issue, in the order in which they came."""

    occurrences: Sequence[Occurrence]

    @property
    def newest(self) -> Occurrence:
        """The one that happened last; of several at one moment the one that came last."""
        return max(reversed(self.occurrences), key=lambda occurrence: occurrence.at)

    @property
    def oldest_at(self) -> datetime:
        """When the first of them happened."""
        return min(occurrence.at for occurrence in self.occurrences)

    @property
    def worst(self) -> Severity:
        """The worst severity among them."""
        return max((each.severity for each in self.occurrences), key=lambda each: each.rank)

    @property
    def is_ongoing(self) -> bool:
        """Whether one of them lasts."""
        return any(occurrence.is_ongoing for occurrence in self.occurrences)

    @property
    def hours(self) -> Counter[datetime]:
        """How many happened in each hour (UTC)."""
        return Counter(hour_of(occurrence.at) for occurrence in self.occurrences)

    @property
    def names(self) -> dict[tuple[str, str], list[datetime]]:
        """The hosts, services and people that they touched, with each moment of it."""
        found: dict[tuple[str, str], list[datetime]] = {}
        for occurrence in self.occurrences:
            for key in _touched(occurrence):
                found.setdefault(key, []).append(occurrence.at)
        return found


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour that a moment is in."""
    return at.replace(minute=0, second=0, microsecond=0)


def current_severity(
    before: Severity, last_seen_at: datetime, is_ongoing: bool, worst: Severity, at: datetime
) -> Severity:
    """The worst that is current: what was worse counts while it lasts, and for a day after."""
    is_current = is_ongoing or at - last_seen_at <= CURRENT
    return before if is_current and before.rank > worst.rank else worst


def shortened(message: str) -> str:
    """The message as a recurring issue shows it."""
    if len(message) <= LONGEST_MESSAGE:
        return message
    return message[: LONGEST_MESSAGE - 1] + "…"


def _touched(occurrence: Occurrence) -> Iterator[tuple[str, str]]:
    for what in ("host", "service", "person"):
        if name := getattr(occurrence, what):
            yield what, name
