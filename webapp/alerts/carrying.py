"""Do with an alert's issue what people do with the alert, so that they need not say it twice."""

from datetime import datetime

from webapp.alerts.models import Alert
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import actions as issues
from webapp.issues.lifecycle import STEPS, Standing, Verb, refusal
from webapp.issues.models import RecurringIssue

VERBS = {
    Verb.ACKNOWLEDGE: issues.acknowledge,
    Verb.UNACKNOWLEDGE: issues.unacknowledge,
    Verb.RESOLVE: issues.resolve,
}


def carry_over(alert: Alert, verb: Verb, now: datetime, note: str | None) -> None:
    """Take the same step with the issue, unless it is there already.

    An issue that still lasts cannot be resolved, nor can its alert: it would come back at once.
    """
    issue = _issue_of(alert)
    if issue is None or issue.status is STEPS[verb][1]:
        return
    why = refusal(verb, Standing.of(issue))
    if why is None:
        VERBS[verb](issue, now, note)
    elif verb is Verb.RESOLVE:
        raise Problem(409, why)


def _issue_of(alert: Alert) -> RecurringIssue | None:
    if alert.recurring_issue_id is None:
        return None
    return db.session.get(RecurringIssue, alert.recurring_issue_id, populate_existing=True)
