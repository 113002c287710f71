"""Split an issue by what its occurrences say: a grouping rule for those to come, and those kept.

Occurrences that fit get a fingerprint of their own, the one by which the rule will find what
comes. What of the issue was counted and is not kept any more cannot be told apart, and stays.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from webapp.core import access
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.issues import belonging, fingerprints, merging, naming, recounting, steps
from webapp.issues.fingerprints import Key
from webapp.issues.grouping_rules import DEFAULT, FIELDS, Rule
from webapp.issues.kinds import IssueKind
from webapp.issues.models import (
    GroupingRule,
    IssueFingerprint,
    IssueTransition,
    RecurringIssue,
)
from webapp.issues.records import MODELS, MOMENTS
from webapp.issues.recounting import Kept, kept

MOST_LOOKED_AT = 5000
AT_ONCE = 500
LONGEST_PATTERN = 255


def split_by_rule(
    issue: RecurringIssue, matches: Mapping[str, str], now: datetime
) -> IssueTransition:
    """Make an issue of its own of what fits `matches` (field: pattern with *), now and later.

    The row that is given back is what to undo, which takes the rule away too.
    """
    matches = _checked(issue, matches)
    belonging.changes()
    steps.lock(issue)
    rule = _added(issue.kind, matches)
    fitting, keys = _fitting(issue, rule)
    taken = sorted({_separated(issue, old, keys[old], moved) for old, moved in fitting.items()})
    return merging.part(issue, taken, now, rule_id=rule.id)


def _checked(issue: RecurringIssue, matches: Mapping[str, str]) -> dict[str, str]:
    """The patterns, and with them what the issue is about, so that the rule is for no others."""
    if not matches:
        raise invalid(FieldError("matches", "Give a pattern for at least one field."))
    for name, pattern in matches.items():
        if name not in FIELDS:
            raise invalid(FieldError(f"matches.{name}", f"Give one of {', '.join(FIELDS)}."))
        if not 1 <= len(pattern.strip()) <= LONGEST_PATTERN:
            message = f"Give a pattern of 1 to {LONGEST_PATTERN} characters."
            raise invalid(FieldError(f"matches.{name}", message))
    return {"subject": issue.subject} | {name: text.strip() for name, text in matches.items()}


def _added(kind: IssueKind, matches: dict[str, str]) -> Rule:
    """The rule, before all others; what it is called by is what makes it differ."""
    said = " ".join(f"{name}={pattern}" for name, pattern in sorted(matches.items()))
    first = db.session.scalar(select(func.min(GroupingRule.position))) or 0
    row = GroupingRule(
        kind=kind, matches=matches, fingerprint=f"{DEFAULT} {_without_places(said)}"[:255],
        position=first - 1, created_by=access.email(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return Rule(row.kind, row.matches, row.fingerprint, row.id)


def _without_places(said: str) -> str:
    return said.replace("{", "(").replace("}", ")")


def _fitting(issue: RecurringIssue, rule: Rule) -> tuple[dict[int, list[Kept]], dict[int, Key]]:
    """The kept occurrences that fit, by the fingerprint they have, and the key they get."""
    model = MODELS[issue.kind]
    moment = getattr(model, MOMENTS[issue.kind])
    query = select(model).where(model.recurring_issue_id == issue.id)
    query = query.order_by(moment.desc(), model.id.desc()).limit(MOST_LOOKED_AT)
    found: dict[int, list[Kept]] = {}
    keys: dict[int, Key] = {}
    others = 0
    for row in db.session.scalars(query.execution_options(yield_per=AT_ONCE)):
        occurrence = naming.occurrence_of(row)
        if not rule.fits(occurrence):
            others += 1
            continue
        found.setdefault(row.fingerprint_id, []).append(kept(row.id, occurrence))
        if row.fingerprint_id not in keys:
            keys[row.fingerprint_id] = fingerprints.keys_of(occurrence, [rule]).current
    if not found or not others:
        which = "All" if found else "None"
        message = f"{which} of its occurrences fit: say what tells some from others."
        raise invalid(FieldError("matches", message))
    _refuse_what_was_set(keys)
    return found, keys


def _refuse_what_was_set(keys: Mapping[int, Key]) -> None:
    """Where a rule or a sender has said so before, this rule would tell other things apart."""
    query = select(IssueFingerprint).where(IssueFingerprint.id.in_(keys))
    for row in db.session.scalars(query):
        by_default = row.made_of.get("by", "default") == "default"
        if not by_default and row.fingerprint != keys[row.id].fingerprint:
            raise Problem(409, "A rule or its sender holds it together: change that instead.")


def _separated(issue: RecurringIssue, old_id: int, key: Key, moved: Sequence[Kept]) -> int:
    """Give occurrences of one fingerprint another, with what was counted of them; its id."""
    old = db.session.get(IssueFingerprint, old_id)
    assert old is not None
    if old.fingerprint == key.fingerprint:
        return old.id  # the same split was undone before
    new = _fingerprint(issue, key, old)
    recounting.hand_over(issue.kind, old, new, moved)
    return new.id


def _fingerprint(issue: RecurringIssue, key: Key, old: IssueFingerprint) -> IssueFingerprint:
    """The fingerprint of what fits; it may be there already."""
    own = (IssueFingerprint.kind == issue.kind, IssueFingerprint.fingerprint == key.fingerprint)
    found = db.session.scalars(select(IssueFingerprint).where(*own)).first()
    if found is not None and found.recurring_issue_id != issue.id:
        raise Problem(409, f"Issue {found.recurring_issue_id} holds together what fits already.")
    if found is not None:
        return found
    new = IssueFingerprint(
        kind=issue.kind, version=key.version, fingerprint=key.fingerprint,
        recurring_issue_id=issue.id, made_of=key.made_of, occurrences=0,
        first_seen_at=old.last_seen_at, last_seen_at=old.first_seen_at,
    )  # fmt: skip
    db.session.add(new)
    db.session.flush()
    return new
