"""Merging and undoing while occurrences come: nothing is lost, doubled or stuck."""

from threading import Thread

from sqlalchemy import func, select

from webapp.core import clock
from webapp.core.db import db
from webapp.issues import digesting, merging, undoing
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.models import IssueFingerprint, IssueHour, OperationalIssue, RecurringIssue
from webapp.issues.occurrences import Occurrence

ROUNDS, MERGES, TASKS = 25, 8, ("import", "export", "backup")
LONGEST_S = 60


def came(task):
    given = (IssueKind.OPERATIONAL, task, "No answer", f"{task} gave none", Severity.ERROR)
    return Occurrence(*given, clock.now(), host=f"{task}-1")


def test_nothing_is_lost_between_merging_and_digesting(app):
    with app.app_context():
        ids = [each.recurring_issue_id for each in digested(TASKS)]
    problems = []
    threads = [
        Thread(target=guarded, args=(app, problems, work))
        for work in (
            lambda: [digested(TASKS) for _ in range(ROUNDS)],
            lambda: [digested(TASKS[::-1]) for _ in range(ROUNDS)],
            lambda: merge_and_undo(ids),
        )
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST_S)
    assert not any(thread.is_alive() for thread in threads)
    assert problems == []
    with app.app_context():
        assert [issue.merged_into_id for issue in issues(ids)] == [None] * len(ids)
        assert figures(ids) == [(1 + 2 * ROUNDS + MERGES,) * 4] * len(ids)


def digested(tasks):
    found = digesting.digest([came(task) for task in tasks], clock.now(), keeps_all=True)
    db.session.commit()
    return found


def merge_and_undo(ids):
    for number in range(MERGES):
        target, *others = issues(ids[number % 3 :] + ids[: number % 3])
        step = merging.merge(target, [other.id for other in others], clock.now())
        step_id = step.id
        db.session.commit()
        digested(TASKS)  # so that it is not always undone before anything came
        undoing.undo(step_id, clock.now())
        db.session.commit()


def guarded(app, problems, work):
    with app.app_context():
        try:
            work()
        except Exception as error:  # noqa: BLE001
            problems.append(error)


def issues(ids):
    return [db.session.get(RecurringIssue, issue_id) for issue_id in ids]


def figures(ids):
    """Of each issue the count that it shows, that of its fingerprints, hours and rows."""
    sums = [
        counted(IssueFingerprint, func.sum(IssueFingerprint.occurrences)),
        counted(IssueHour, func.sum(IssueHour.count)),
        counted(OperationalIssue, func.count()),
    ]
    return [(issue.occurrences, *(int(each[issue.id]) for each in sums)) for issue in issues(ids)]


def counted(model, number):
    column = model.recurring_issue_id
    return dict(db.session.execute(select(column, number).group_by(column)).all())
