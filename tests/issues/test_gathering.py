"""Batches that are digested at once by several processes make one issue of one cause."""

import threading

from sqlalchemy import func, select

from tests.issues.occurring import NOW, fault, operational
from webapp.core.db import db
from webapp.issues import digesting
from webapp.issues.ending import end
from webapp.issues.kinds import IssueKind
from webapp.issues.models import Fault, IssueHour, OperationalIssue, RecurringIssue

BATCHES, THREADS = 6, 4
CAUSES = [f"step {name} failed" for name in ("alpha", "beta", "gamma", "delta", "epsilon")]


def at_once(app, work) -> list[BaseException]:
    """Run `work(number)` in several threads that begin together; what went wrong."""
    barrier, errors = threading.Barrier(THREADS), []

    def run(number: int) -> None:
        with app.app_context():
            barrier.wait(10)
            try:
                work(number)
                db.session.commit()
            except BaseException as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


def test_nothing_is_lost_doubled_or_stuck(app):
    def work(number: int) -> None:
        for turn in range(BATCHES):
            order = CAUSES[(number + turn) % 5 :] + CAUSES[: (number + turn) % 5]
            digesting.digest([operational(cause) for cause in order], NOW)
            db.session.commit()

    assert at_once(app, work) == []
    with app.app_context():
        counts = list(db.session.scalars(select(RecurringIssue.occurrences)))
        assert counts == [BATCHES * THREADS] * len(CAUSES)
        total = BATCHES * THREADS * len(CAUSES)
        assert db.session.scalar(select(func.count(OperationalIssue.id))) == total
        assert db.session.scalar(select(func.sum(IssueHour.count))) == total


def test_one_fact_is_raised_once_by_whoever_is_first(app):
    def work(_: int) -> None:
        digesting.digest([fault(origin="downtime:1", is_ongoing=True)], NOW)

    assert at_once(app, work) == []
    with app.app_context():
        assert db.session.scalar(select(func.count(Fault.id))) == 1
        assert db.session.scalar(select(RecurringIssue.occurrences)) == 1


def test_what_ends_while_more_comes_is_settled_by_what_is_left(app):
    with app.app_context():
        digesting.digest([fault(origin=f"downtime:{n}", is_ongoing=True) for n in range(4)], NOW)
        db.session.commit()

    def work(number: int) -> None:
        if number % 2:
            end(IssueKind.FAULT, [f"downtime:{number - 1}", f"downtime:{number}"], NOW, NOW)
        else:
            digesting.digest([fault(origin=f"other:{number}")], NOW)

    assert at_once(app, work) == []
    with app.app_context():
        issue = db.session.scalars(select(RecurringIssue)).one()
        assert (issue.occurrences, issue.is_ongoing) == (6, False)
