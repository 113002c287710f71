"""How a check that somebody asked for stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.core import clock
from webapp.websites.models import MonitorCheck, Website

PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True)
class Wait:
    """`state` is none (nobody asked), waiting, done or unanswered (no worker took it up)."""

    state: str
    asked_ms: int = 0
    check: MonitorCheck | None = None


def wait_state(
    website: Website, last: MonitorCheck | None, asked_ms: int | None, now: datetime
) -> Wait:
    """Where the check stands that was asked for at `asked_ms` (ms since 1970), if any was."""
    if asked_ms is None or not 0 <= asked_ms <= clock.to_ms(now):
        return Wait("none")
    asked_at = clock.from_ms(asked_ms)
    if last is not None and last.checked_at >= asked_at:
        return Wait("done", asked_ms, last)
    is_claimed = website.claimed_until is not None and website.claimed_until > now
    longest = PATIENCE + (timedelta(seconds=website.timeout) if is_claimed else timedelta())
    return Wait("waiting" if now - asked_at < longest else "unanswered", asked_ms)
