"""What becomes of an alert."""

import pytest
from sqlalchemy import func, select

from tests.alerts.makers import HOUR, MINUTE, NOW, channel, raised, route, trouble
from webapp.activity.models import ActivityEvent
from webapp.alerts import actions, queries, raising
from webapp.alerts.models import Alert, AlertStatus, News, Notification, Severity
from webapp.core.db import db
from webapp.core.problems import Problem


def steps(alert):
    return [(t.sequence, t.verb, t.to_status.value) for t in queries.transitions_of(alert.id)]


def told(alert):
    return [(n.sequence, n.news) for n in queries.notifications_of(alert.id)]


@pytest.fixture
def team(context):
    found = channel()
    route(found)
    db.session.commit()
    return found


def test_one_trouble_is_one_alert_however_often_it_is_raised(context, team):
    first, is_new = actions.raise_alert(trouble(), NOW)
    again, is_new_again = actions.raise_alert(trouble(), NOW + MINUTE)
    assert (is_new, is_new_again, again.id) == (True, False, first.id)
    assert steps(first) == [(1, "raise", "active")]
    assert told(first) == [(1, News.FIRING)]


def test_what_comes_back_after_it_was_over_is_another_alert(context, team):
    first = raised()
    actions.resolve(first, NOW + MINUTE)
    second = raised(now=NOW + HOUR)
    assert first.id != second.id
    assert (first.open_key, second.open_key) == (None, "disk")
    assert first.resolved_at == NOW + MINUTE


def test_an_alert_that_gets_worse_is_active_and_told_again(context, team):
    alert = raised()
    actions.acknowledge(alert, NOW + MINUTE)
    actions.raise_alert(trouble(severity=Severity.CRITICAL), NOW + 2 * MINUTE)
    assert alert.status is AlertStatus.ACTIVE
    assert steps(alert)[-1] == (3, "worse", "active")
    assert told(alert) == [(1, News.FIRING), (3, News.WORSE)]


def test_one_that_gets_better_is_changed_without_a_word(context, team):
    alert = raised()
    actions.raise_alert(trouble(severity=Severity.WARNING), NOW + MINUTE)
    assert alert.severity is Severity.WARNING
    assert told(alert) == [(1, News.FIRING)]


def test_an_acknowledgement_ends_when_its_time_is_over(context, team):
    alert = raised()
    actions.acknowledge(alert, NOW, "On it", for_s=600)
    db.session.commit()
    assert raising.wake(NOW + 9 * MINUTE) == 0
    assert raising.wake(NOW + 10 * MINUTE) == 1
    assert raising.wake(NOW + 10 * MINUTE) == 0
    assert alert.status is AlertStatus.ACTIVE
    assert told(alert)[-1] == (3, News.REPEATED)


@pytest.mark.parametrize("for_s", [0, -1, 31 * 86_400 + 1])
def test_an_acknowledgement_of_no_time_or_for_ever_is_refused(context, team, for_s):
    alert = raised()
    with pytest.raises(Problem) as refused:
        actions.acknowledge(alert, NOW, for_s=for_s)
    assert refused.value.status == 422
    assert alert.status is AlertStatus.ACTIVE


def test_a_step_that_is_not_legal_is_refused_and_changes_nothing(context, team):
    alert = raised()
    actions.resolve(alert, NOW)
    db.session.commit()
    for verb in (actions.resolve, actions.acknowledge, actions.unacknowledge, actions.dismiss):
        with pytest.raises(Problem) as refused:
            verb(alert, NOW)
        assert refused.value.status == 409
    assert steps(alert) == [(1, "raise", "active"), (2, "resolve", "resolved")]


def test_a_dismissed_one_is_told_no_further(context, team):
    alert = raised()
    actions.dismiss(alert, NOW + MINUTE, "A test")
    deliveries = [n.delivery.value for n in queries.notifications_of(alert.id)]
    assert deliveries == ["merged"]
    assert queries.reasons_of(alert.id)[-1].sentence == "It was dismissed before it was told."


def test_every_step_is_in_the_diary(context, team):
    alert = raised()
    actions.acknowledge(alert, NOW)
    actions.unacknowledge(alert, NOW)
    actions.resolve(alert, NOW)
    actions.delete(alert)
    types = db.session.scalars(select(ActivityEvent.type).order_by(ActivityEvent.id)).all()
    assert types == [
        "alert_raised",
        "alert_acknowledged",
        "alert_active_again",
        "alert_resolved",
        "alert_deleted",
    ]
    assert db.session.scalar(select(func.count(Notification.id))) == 0
    assert db.session.scalar(select(func.count(Alert.id))) == 0
