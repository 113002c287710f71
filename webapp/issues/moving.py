"""Move fingerprints, and all that was stored and counted of them, from issue to issue.

What is kept by fingerprint goes along exactly; what an issue shows of itself is then summed up
anew. The issues must be locked.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, union, update

from webapp.core.db import db
from webapp.issues import occurrence_queries, steps
from webapp.issues.arrivals import CURRENT, shortened
from webapp.issues.kinds import IssueKind
from webapp.issues.models import (
    AffectedName,
    Fault,
    IssueFingerprint,
    IssueHour,
    Overload,
    RecurringIssue,
)
from webapp.issues.records import MODELS, MOMENTS

LAST = ("last_seen_at", "severity", "message", "host", "service", "flap_score")


def fingerprints_of(issue_ids: Collection[int]) -> dict[int, list[int]]:
    """The ids of the fingerprints that each issue has now."""
    found: dict[int, list[int]] = {issue_id: [] for issue_id in issue_ids}
    query = select(IssueFingerprint.recurring_issue_id, IssueFingerprint.id)
    query = query.where(IssueFingerprint.recurring_issue_id.in_(issue_ids))
    for issue_id, fingerprint_id in db.session.execute(query.order_by(IssueFingerprint.id)):
        found[issue_id].append(fingerprint_id)
    return found


def move(
    kind: IssueKind, fingerprint_ids: Sequence[int], from_ids: Collection[int], to_id: int
) -> None:
    """Give fingerprints of some issues to another: four statements, however many they are."""
    if not fingerprint_ids:
        return
    for model in (AffectedName, IssueHour):
        own = model.recurring_issue_id.in_(from_ids)
        _give(model, to_id, own, model.fingerprint_id.in_(fingerprint_ids))
    occurrences = MODELS[kind]
    _give(occurrences, to_id, occurrences.fingerprint_id.in_(fingerprint_ids))
    _give(IssueFingerprint, to_id, IssueFingerprint.id.in_(fingerprint_ids))


def sum_up(issues: Sequence[RecurringIssue]) -> None:
    """Count anew from the fingerprints; an issue that has none any more stays as it was."""
    ids = [issue.id for issue in issues]
    lasting = _lasting(ids)
    sums = {row.issue_id: row for row in db.session.execute(_sums(ids))}
    for issue in issues:
        issue.is_ongoing = issue.id in lasting
        if found := sums.get(issue.id):
            issue.occurrences = int(found.occurrences)
            issue.first_seen_at, issue.last_seen_at = found.first_at, found.last_at


def show_last(issue: RecurringIssue, kept: steps.Details) -> None:
    """Let a summed up issue show its last occurrence: as it was kept, or one that came since."""
    steps.restore(issue, {name: kept[name] for name in LAST if name != "last_seen_at"})
    if issue.last_seen_at != datetime.fromisoformat(kept["last_seen_at"]):
        show_newest(issue)


def show_newest(issue: RecurringIssue) -> None:
    """Let an issue show the newest of its stored occurrences, and the worst of its last day."""
    if (record := occurrence_queries.occurrence(issue)) is None:
        return
    issue.message = shortened(record.message) or issue.message
    issue.host, issue.service = record.host, record.service
    model = MODELS[issue.kind]
    moment = getattr(model, MOMENTS[issue.kind])
    recent = select(model.severity).where(model.recurring_issue_id == issue.id)
    recent = recent.where(moment >= record.at - CURRENT).distinct()
    issue.severity = max(db.session.scalars(recent), key=lambda severity: severity.rank)


def _give(model: Any, to_id: int, *which: Any) -> None:
    statement = update(model).where(*which).values(recurring_issue_id=to_id)
    db.session.execute(statement, execution_options={"synchronize_session": False})


def _sums(ids: Collection[int]) -> Any:
    columns = IssueFingerprint
    return (
        select(
            columns.recurring_issue_id.label("issue_id"),
            func.sum(columns.occurrences).label("occurrences"),
            func.min(columns.first_seen_at).label("first_at"),
            func.max(columns.last_seen_at).label("last_at"),
        )
        .where(columns.recurring_issue_id.in_(ids))
        .group_by(columns.recurring_issue_id)
    )


def _lasting(ids: Collection[int]) -> set[int]:
    ongoing = (
        select(model.recurring_issue_id).where(
            model.recurring_issue_id.in_(ids), model.is_ongoing.is_(True)
        )
        for model in (Fault, Overload)
    )
    return set(db.session.scalars(union(*ongoing)))
