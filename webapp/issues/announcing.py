"""Say in the diary what opened and what came back, and note each return as a transition."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert

from webapp.activity import actions as activity
from webapp.activity.models import ActivityType
from webapp.core import nudges
from webapp.core.db import db
from webapp.issues.counting import Counted
from webapp.issues.lifecycle import Verb
from webapp.issues.models import IssueTransition
from webapp.issues.steps import BELL

ONE_BY_ONE = 10  # more than that at once are told in one sentence


def tell(counted: Sequence[Counted], now: datetime) -> None:
    """Write down what this batch opened and reopened; flushes."""
    returned = [each for each in counted if each.standing is not None]
    rows = [_transition(each, now) for each in returned]
    if rows:
        db.session.connection().execute(insert(IssueTransition), rows)
    opened = [each for each in counted if each.group.is_new]
    _record(ActivityType.ISSUE_OPENED, opened, "New issue")
    regressed = [each for each in returned if each.is_regressed]
    _record(ActivityType.ISSUE_REGRESSED, regressed, "Back after it was resolved")
    heard = [each for each in returned if not each.is_regressed]
    _record(ActivityType.ISSUE_REOPENED, heard, "No longer ignored")
    if opened or returned:
        nudges.ring_after_commit(BELL)


def _transition(counted: Counted, now: datetime) -> dict[str, object]:
    assert counted.standing is not None
    return {
        "recurring_issue_id": counted.group.issue.id,
        "at": now,
        "verb": Verb.RETURNED.value,
        "from_status": counted.group.issue.status,
        "to_status": counted.standing.status,
    }


def _record(type: ActivityType, counted: Sequence[Counted], what: str) -> None:
    titles = [each.group.issue.title for each in counted]
    ids = [each.group.issue.id for each in counted]
    if len(titles) > ONE_BY_ONE:
        message = f"{what}: {titles[0]}, and {len(titles) - 1} more."
        activity.record(type, message, details={"recurring_issue_ids": ids[:1000]})
        return
    for issue_id, title in zip(ids, titles, strict=True):
        activity.record(type, f"{what}: {title}", details={"recurring_issue_id": issue_id})
