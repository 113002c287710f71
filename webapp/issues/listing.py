"""What the list of issues shows beside each: its last day as bars, who has it.

Two statements for a page of issues, however many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.accounts.models import User, UserStatus
from webapp.core.db import db
from webapp.issues import queries, sparks
from webapp.issues.kinds import IssueKind
from webapp.issues.models import RecurringIssue

SPARK_HOURS = 24
SUBJECTS = {
    IssueKind.FAULT: "Code",
    IssueKind.OVERLOAD: "Component",
    IssueKind.OPERATIONAL: "Task",
}


@dataclass(frozen=True)
class Line:
    """A recurring issue as a line of the list; `day` is its last 24 hours."""

    issue: RecurringIssue
    day: sparks.Bars
    assignee: str | None

    @property
    def subject_label(self) -> str:
        """What kind of thing `issue.subject` is."""
        return SUBJECTS[self.issue.kind]

    @property
    def message(self) -> str:
        """The first line of the last message, where it says more than the title."""
        first = self.issue.message.strip().split("\n", 1)[0][:300]
        return "" if first in self.issue.title else first


def lines(issues: Sequence[RecurringIssue], now: datetime) -> list[Line]:
    """The issues with what stands beside them."""
    since = sparks.hour_of(now) - (SPARK_HOURS - 1) * sparks.HOUR
    hours = queries.hours_of([issue.id for issue in issues], since) if issues else {}
    assignees = emails([issue.assignee_id for issue in issues])
    return [
        Line(
            issue,
            sparks.bars(sparks.hourly(hours[issue.id], now, SPARK_HOURS)),
            assignees.get(issue.assignee_id or 0),
        )
        for issue in issues
    ]


def people() -> Sequence[tuple[int, str]]:
    """Everybody who may be given an issue, by address."""
    query = select(User.id, User.email).where(User.status == UserStatus.APPROVED)
    return [(user_id, email) for user_id, email in db.session.execute(query.order_by(User.email))]


def emails(ids: Sequence[int | None]) -> dict[int, str]:
    """The addresses of people by id; nothing is asked where nobody is named."""
    wanted = {user_id for user_id in ids if user_id is not None}
    if not wanted:
        return {}
    return dict(db.session.execute(select(User.id, User.email).where(User.id.in_(wanted))).all())
