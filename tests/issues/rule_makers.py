"""Rules, histories and the judge at work, for the tests of threshold rules."""

from datetime import timedelta

from sqlalchemy import select

from tests.metrics.makers import HOST, sample
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import rules
from webapp.issues.judging_metrics import judge_metrics
from webapp.issues.keeping_watch import keep_watch
from webapp.issues.models import Overload, RecurringIssue
from webapp.issues.rule_values import RuleValues
from webapp.metrics import actions
from webapp.metrics.readings import MetricKind

START = clock.from_ms(clock.to_ms(clock.now()) // 1000 * 1000 - 600_000)
CPU = {"name": "Busy", "kind": MetricKind.SYSTEM, "metric_name": "cpu_percent"}


def rule(**values):
    """A rule that is a warning from 70, critical from 90 on; commits."""
    made = rules.create(RuleValues(**CPU | {"warning": 70, "critical": 90} | values), START)
    db.session.commit()
    return made


def at(second):
    """So many seconds after the start."""
    return START + timedelta(seconds=second)


def measure(values, *, name="cpu_percent", host=HOST, first=0, every=10, **labels):
    """Record values so many seconds apart; commits."""
    samples = [
        sample(name, value, host=host, at=at(first + n * every), **labels)
        for n, value in enumerate(values)
    ]
    actions.record_samples(samples)
    db.session.commit()


def judge(second=600):
    """Let the judge look at new series and at news."""
    keep_watch(at(second))
    judged = judge_metrics(at(second))
    db.session.commit()
    return judged


def overloads():
    """All overloads in the order in which they began."""
    return list(db.session.scalars(select(Overload).order_by(Overload.timestamp, Overload.id)))


def spans():
    """From which second to which each overload lasted, and how severe it was."""
    return [
        (
            (each.timestamp - START).total_seconds(),
            (each.ended_at - START).total_seconds() if each.ended_at else None,
            each.severity.value,
        )
        for each in overloads()
    ]


def issues():
    """All recurring issues."""
    return list(db.session.scalars(select(RecurringIssue).order_by(RecurringIssue.id)))
