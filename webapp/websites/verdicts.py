"""From what checks found to what websites are: judged together, written together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from webapp.websites import announcements, downtimes, impairments, periods
from webapp.websites.judgement import (
    Finding,
    Judgement,
    Rules,
    State,
    failures_in_a_row,
    judge,
)
from webapp.websites.models import CheckKind, MonitorStatus, PeriodStatus
from webapp.websites.outcomes import Outcome

KNOWN = (MonitorStatus.UP, MonitorStatus.DEGRADED)


def reach(outcomes: Sequence[tuple[Outcome, Any]], now: datetime) -> dict[int, Judgement]:
    """The judgement of each website: pairs of an outcome and the website's row before it.

    A row has status, status_since_at, streak_status, streak_count and streak_since_at.
    """
    judged = {row.id: _judge(outcome, row) for outcome, row in outcomes}
    beats = {o.target.website_id for o, _ in outcomes if o.target.kind == CheckKind.HEARTBEAT}
    looked = {i: j for i, j in judged.items() if i not in beats}
    impairments.call_witnesses(looked, now)
    return judged | impairments.sift(looked, now)


def follow(judged: dict[int, Judgement], reasons: dict[int, str], now: datetime) -> None:
    """Write periods, downtimes and the diary; the websites' own rows are the caller's."""
    turned = {i: j for i, j in judged.items() if j.changes}
    still_down = [
        i
        for i, j in judged.items()
        if not j.changes and j.before.status is j.found.status is MonitorStatus.DOWN
    ]
    downtimes.count_failures(still_down)
    turns = periods.lay([_learnt(i, j) for i, j in turned.items()], now)
    turns += downtimes.note_recoveries(_recovered_unseen(turned), now)
    announcements.announce(turns, now, reasons)


def _judge(outcome: Outcome, row: Any) -> Judgement:
    options, target = outcome.target.options, outcome.target
    is_beat = target.kind == CheckKind.HEARTBEAT
    rules = Rules(
        timeout_s=target.timeout_s,
        failures_to_down=1 if is_beat else options.failures_to_down,
        successes_to_up=1 if is_beat else options.successes_to_up,
        recheck_s=options.recheck_s,
    )
    before = State(
        row.status,
        row.status_since_at,
        row.streak_status,
        row.streak_count,
        row.streak_since_at,
    )
    found = Finding(outcome.status, outcome.started_at, target.due_at, outcome.message)
    return judge(before, found, rules)


def _learnt(website_id: int, judged: Judgement) -> periods.Learnt:
    failures = failures_in_a_row(judged) if judged.is_news_of_down else 0
    before = PeriodStatus(judged.before.status.value)
    return periods.Learnt(website_id, before, judged.changes, failures)


def _recovered_unseen(turned: dict[int, Judgement]) -> Sequence[tuple[int, datetime]]:
    """Websites that are up and of which nothing was known, and since when."""
    found = []
    for website_id, judged in turned.items():
        holes = [c.at for c in judged.changes if c.status is PeriodStatus.UNKNOWN]
        if judged.before.status is MonitorStatus.UNKNOWN:
            holes.append(judged.before.since_at)
        if holes and judged.state.status in KNOWN:
            found.append((website_id, holes[-1]))
    return found
