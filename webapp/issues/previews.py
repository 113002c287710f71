"""What a grouping rule would do, looked up among the newest stored occurrences."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer

from webapp.core.db import db
from webapp.issues.fingerprints import Key, keys_of
from webapp.issues.grouping_rules import Rule
from webapp.issues.kinds import IssueKind
from webapp.issues.models import OperationalIssue, RecurringIssue
from webapp.issues.occurrences import Occurrence
from webapp.issues.records import MODELS, record
from webapp.issues.work_models import GroupingRule

LOOKED_AT = 500
LOOKED_AT_WITH_TRACEBACK = 200  # each may have hundreds of kilobytes
MOST_SHOWN = 10


@dataclass(frozen=True)
class Touched:
    """A recurring issue, how many of its occurrences were looked at, and how many would leave."""

    issue_id: int
    title: str
    looked_at: int
    moved: int


@dataclass(frozen=True)
class Preview:
    """Of `looked_at` occurrences `moved` would go by the rule, into these groups, most first."""

    looked_at: int
    moved: int
    touched: list[Touched]
    groups: list[tuple[str, int]]
    further_groups: int


def stored_rules() -> Sequence[GroupingRule]:
    """The grouping rules in the order in which they are tried."""
    order = (GroupingRule.position, GroupingRule.id)
    return db.session.scalars(select(GroupingRule).order_by(*order)).all()


def preview(rule: Rule) -> Preview:
    """What the rule, tried after all others, would move among the newest occurrences."""
    before = [Rule(r.kind, r.matches, r.fingerprint, r.id) for r in stored_rules()]
    with_traceback = any(each.needs_traceback for each in (*before, rule))
    found = _newest(rule.kind, with_traceback)
    groups: Counter[str] = Counter()
    said: dict[str, str] = {}
    looked_at: Counter[int] = Counter()
    moved: Counter[int] = Counter()
    for issue_id, occurrence in found:
        looked_at[issue_id] += 1
        if rule.fits(occurrence) and not any(each.fits(occurrence) for each in before):
            key = keys_of(occurrence, [rule]).current
            moved[issue_id] += 1
            groups[key.fingerprint] += 1
            said.setdefault(key.fingerprint, _said(key))
    shown = [(said[fingerprint], count) for fingerprint, count in groups.most_common(MOST_SHOWN)]
    further = max(len(groups) - MOST_SHOWN, 0)
    return Preview(len(found), moved.total(), _touched(looked_at, moved), shown, further)


def _newest(kind: IssueKind, with_traceback: bool) -> list[tuple[int, Occurrence]]:
    model = MODELS[kind]
    limit = LOOKED_AT_WITH_TRACEBACK if with_traceback else LOOKED_AT
    query = select(model).order_by(model.id.desc()).limit(limit)
    if kind is IssueKind.OPERATIONAL and not with_traceback:
        query = query.options(defer(OperationalIssue.traceback))
    return [
        (row.recurring_issue_id, _occurrence(row, kind, with_traceback))
        for row in db.session.scalars(query)
    ]


def _occurrence(row: Any, kind: IssueKind, with_traceback: bool) -> Occurrence:
    """A stored row as it came in, without what grouping does not look at."""
    if kind is not IssueKind.OPERATIONAL:
        told = record(row)
        measured = {"rule_id": row.rule_id} if kind is IssueKind.OVERLOAD else {}
        return Occurrence(
            kind, told.subject, told.name, told.message, told.severity, told.at,
            told.host, told.service, measured=measured,
        )  # fmt: skip
    return Occurrence(
        kind, row.task, row.name, row.error_message, row.severity, row.created_at,
        row.host, row.service, row.person, row.traceback if with_traceback else None,
    )  # fmt: skip


def _said(key: Key) -> str:
    """The fingerprint in words: what the rule says, and what stands for the default."""
    parts = (f"{name} {value}" for name, value in key.made_of["parts"])
    default = ", ".join(parts)
    return "".join(default if "{{" in part else part for part in key.made_of["said"])


def _touched(looked_at: Counter[int], moved: Counter[int]) -> list[Touched]:
    most = moved.most_common(MOST_SHOWN)
    query = select(RecurringIssue.id, RecurringIssue.title)
    ids = [issue_id for issue_id, _ in most]
    found = db.session.execute(query.where(RecurringIssue.id.in_(ids)))
    titles = {row.id: row.title for row in found}
    return [
        Touched(issue_id, titles.get(issue_id, ""), looked_at[issue_id], count)
        for issue_id, count in most
    ]
