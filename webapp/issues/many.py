"""One verb on many issues: done to those to which it may be done, said of the others why not.

It is undone at once by one id, that of the first step, which knows the others.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from webapp.activity import actions as activity
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.issues import actions, steps
from webapp.issues.lifecycle import Verb
from webapp.issues.models import IssueTransition, RecurringIssue

MOST = 500  # at once
STATUS_VERBS = (Verb.ACKNOWLEDGE, Verb.UNACKNOWLEDGE, Verb.RESOLVE, Verb.REOPEN, Verb.IGNORE)
VERBS = (*(verb.value for verb in STATUS_VERBS), actions.ASSIGN)
GONE = "There is no such issue."
Doing = Callable[[RecurringIssue], IssueTransition]


@dataclass(frozen=True)
class Done:
    """What came of it: `undo_id` takes back all that was done, None where nothing was."""

    undo_id: int | None
    done: list[int]
    refused: dict[int, str] = field(default_factory=dict)


def bulk(verb: str, ids: Collection[int], now: datetime, **options: Any) -> Done:
    """Do `verb` to each of the issues; `options` are those of the verb: note, until_at, user_id.

    One entry in the diary tells of all of them. Flushes, never commits.
    """
    doing = _doing(verb, now, options)
    wanted = chosen(ids)
    transitions, refused = [], dict.fromkeys(wanted, GONE)
    for issue in steps.locked(wanted):
        if sentence := _why_not(verb, issue):
            refused[issue.id] = sentence
        else:
            del refused[issue.id]
            transitions.append(doing(issue))
    return Done(_noted(verb, transitions), [t.recurring_issue_id for t in transitions], refused)


def chosen(ids: Collection[int], name: str = "ids") -> set[int]:
    """The ids, once each; none at all and too many are refused."""
    wanted = set(ids)
    if not 1 <= len(wanted) <= MOST:
        raise invalid(FieldError(name, f"Give 1 to {MOST} issues."))
    return {issue_id for issue_id in wanted if 0 < issue_id < 2**31}


def _why_not(verb: str, issue: RecurringIssue) -> str | None:
    if verb == actions.ASSIGN:
        return steps.merged_away(issue)
    return steps.why_not(Verb(verb), issue)


def _doing(verb: str, now: datetime, options: dict[str, Any]) -> Doing:
    if verb not in VERBS:
        raise invalid(FieldError("verb", f"Give one of {', '.join(VERBS)}."))
    if verb == actions.ASSIGN:
        who = actions.assignable(options.pop("user_id", None))
        _refuse_others(verb, options)
        return lambda issue: actions.given_to(issue, who, now)
    note = actions.checked_note(options.pop("note", None))
    if verb != Verb.IGNORE.value:
        _refuse_others(verb, options)
        return lambda issue: steps.take(issue, Verb(verb), now, note)

    def ignore(issue: RecurringIssue) -> IssueTransition:
        until = actions.ignored(issue, now, **options)
        return steps.take(issue, Verb.IGNORE, now, note, **until)

    return ignore


def _refuse_others(verb: str, options: dict[str, Any]) -> None:
    if options:
        name = min(options)
        raise Problem(422, f"Not accepted: {name}.", [FieldError(name, f"Not with {verb}.")])


def _noted(verb: str, transitions: Sequence[IssueTransition]) -> int | None:
    """Let the first step know the others, and tell the diary."""
    if not transitions:
        return None
    db.session.flush()
    first, *others = transitions
    if others:
        first.details = (first.details or {}) | {"others": [each.id for each in others]}
    type, done = actions.DONE[verb]
    ids = [each.recurring_issue_id for each in transitions]
    what = "1 issue" if len(ids) == 1 else f"{len(ids)} issues"
    details = {"recurring_issue_ids": ids, "transition_id": first.id}
    activity.record(type, f"{what} {done}", details=details)
    return first.id
