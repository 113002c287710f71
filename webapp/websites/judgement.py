"""What a check means for a website: is it confirmed, since when, and when to look again. Pure.

A failure counts once `failures_to_down` checks in a row have failed, a recovery once
`successes_to_up` have succeeded; either is then dated back to the first of them. Until then the
website keeps its status and is looked at again soon. A check that begins too late says nothing
about the time before it: that time is UNKNOWN from when the check was due, and what was not yet
confirmed by then is forgotten.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from webapp.websites.statuses import MonitorStatus, PeriodStatus
from webapp.websites.timeline import Change

GRACE_S = 15
GRACE = timedelta(seconds=GRACE_S)
FEWEST = 3
NOT_LOOKED = "No check was made in time."
HELD = "Most websites failed at once: the monitor may be impaired."


class Rules(NamedTuple):
    """What a website's owner asks for; `timeout_s` is how long a check of it may take."""

    timeout_s: int = 30
    failures_to_down: int = 2
    successes_to_up: int = 1
    recheck_s: int = 15


class State(NamedTuple):
    """The confirmed status with its beginning, and the streak of checks that contradict it."""

    status: MonitorStatus
    since_at: datetime
    streak_status: MonitorStatus | None = None
    streak_count: int = 0
    streak_since_at: datetime | None = None


class Finding(NamedTuple):
    """What a check found: its status, when it began and was due, and what went wrong."""

    status: MonitorStatus
    started_at: datetime
    due_at: datetime
    cause: str | None = None


class Judgement(NamedTuple):
    """The state after a check, the confirmed changes that led to it, and when to look again."""

    before: State
    found: Finding
    rules: Rules
    state: State
    changes: tuple[Change, ...] = ()

    @property
    def recheck_at(self) -> datetime | None:
        """When to look again, if that is to be before the next slot."""
        if not self.state.streak_count:
            return None
        return self.found.started_at + timedelta(seconds=self.rules.recheck_s)

    @property
    def was_held(self) -> bool:
        """Whether it would have been down before, had the monitor not been thought impaired."""
        before = self.before
        return (
            before.status is MonitorStatus.UNKNOWN
            and before.streak_status is MonitorStatus.DOWN
            and before.streak_count >= self.rules.failures_to_down
        )

    @property
    def fails_freshly(self) -> bool:
        """Whether this check failed and the website was not known to be down."""
        is_down = self.found.status is MonitorStatus.DOWN
        return is_down and self.before.status is not MonitorStatus.DOWN

    @property
    def is_news_of_down(self) -> bool:
        """Whether this check confirmed that the website is down."""
        return bool(self.changes) and self.changes[-1].status is PeriodStatus.DOWN


def is_overdue(due_at: datetime, timeout_s: int, now: datetime) -> bool:
    """Whether a check that was due then, and has not begun by now, leaves a hole."""
    return (now - due_at).total_seconds() > timeout_s + GRACE_S


def judge(before: State, found: Finding, rules: Rules) -> Judgement:
    """What follows from a check."""
    is_hole = is_overdue(found.due_at, rules.timeout_s, found.started_at)
    if found.status is before.status and not before.streak_count and not is_hole:
        return Judgement(before, found, rules, before)  # nearly every check
    state = before
    changes: tuple[Change, ...] = ()
    if is_hole:
        state, changes = _after_hole(before, found)
    after, change = _weighed(state, found, rules)
    if change is not None:
        changes = (*changes, change)
    return Judgement(before, found, rules, after, changes)


def hold(judged: Judgement) -> Judgement:
    """The same check, while the monitor itself may be to blame: UNKNOWN instead of DOWN."""
    *earlier, news = judged.changes
    count, streak_since_at = failures_in_a_row(judged), news.at
    since_at = judged.before.since_at
    changes: tuple[Change, ...] = tuple(earlier)
    if judged.before.status is not MonitorStatus.UNKNOWN:
        changes = changes or (Change(news.at, PeriodStatus.UNKNOWN, HELD),)
        since_at = changes[0].at
    state = State(MonitorStatus.UNKNOWN, since_at, MonitorStatus.DOWN, count, streak_since_at)
    return judged._replace(state=state, changes=changes)


def release(judged: Judgement) -> Judgement:
    """The same news, dated at this check if it was held: what was found before is worthless."""
    if not judged.was_held:
        return judged
    at = judged.found.started_at
    state = judged.state._replace(since_at=at)
    news = judged.changes[-1]._replace(at=at)
    return judged._replace(state=state, changes=(*judged.changes[:-1], news))


def is_impaired(failing: int, checked: int) -> bool:
    """Whether so many of the websites checked lately fail that the monitor may be to blame."""
    return failing >= FEWEST and 2 * failing > checked


def failures_in_a_row(judged: Judgement) -> int:
    """How many checks confirmed the news of a website that is down."""
    before = judged.before
    goes_on = before.streak_since_at == judged.changes[-1].at
    return (before.streak_count if goes_on else 0) + 1


def _after_hole(before: State, found: Finding) -> tuple[State, tuple[Change, ...]]:
    if before.status is MonitorStatus.UNKNOWN:
        return State(before.status, before.since_at), ()
    since_at = max(found.due_at, before.since_at)
    hole = Change(since_at, PeriodStatus.UNKNOWN, NOT_LOOKED)
    return State(MonitorStatus.UNKNOWN, since_at), (hole,)


def _weighed(state: State, found: Finding, rules: Rules) -> tuple[State, Change | None]:
    if found.status is state.status:
        return State(state.status, state.since_at), None
    needed = _needed(found.status, state.status, rules)
    is_down = found.status is MonitorStatus.DOWN
    goes_on = (state.streak_status is MonitorStatus.DOWN) is is_down and state.streak_count
    count = state.streak_count + 1 if goes_on else 1
    since_at = (state.streak_since_at if goes_on else None) or found.started_at
    if count < needed:
        return state._replace(
            streak_status=found.status, streak_count=count, streak_since_at=since_at
        ), None
    change = Change(since_at, PeriodStatus(found.status.value), found.cause)
    return State(found.status, since_at), change


def _needed(found: MonitorStatus, known: MonitorStatus, rules: Rules) -> int:
    """How many checks in a row it takes to believe what one found."""
    if found is MonitorStatus.DOWN:
        return rules.failures_to_down
    was_down = known is MonitorStatus.DOWN and found is not MonitorStatus.UNKNOWN
    return rules.successes_to_up if was_down else 1
