"""What is forgotten of alerts."""

from datetime import timedelta

from sqlalchemy import func, select

from tests.alerts.makers import NOW, channel, raised, route, silence
from webapp.alerts import actions, forgetting
from webapp.alerts.models import Alert, Notification, Silence
from webapp.core.db import db

DAY = timedelta(days=1)


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def run(context, forget, now):
    done = sum(forget(context.extensions["settings"], now))
    db.session.commit()
    return done


def test_what_was_over_long_ago_goes_with_all_that_was_told_of_it(context):
    route(channel())
    over, open_one = raised("over"), raised("open")
    actions.resolve(over, NOW + DAY)
    db.session.commit()
    assert run(context, forgetting.forget_alerts, NOW + 401 * DAY) == 0
    assert run(context, forgetting.forget_alerts, NOW + 402 * DAY) == 1
    assert run(context, forgetting.forget_alerts, NOW + 402 * DAY) == 0
    assert db.session.scalars(select(Alert.id)).all() == [open_one.id]
    assert count(Notification) == 1


def test_many_go_in_batches(context, monkeypatch):
    monkeypatch.setattr(forgetting, "BATCH", 2)
    for number in range(5):
        actions.dismiss(raised(str(number)), NOW)
    db.session.commit()
    settings = context.extensions["settings"]
    assert list(forgetting.forget_alerts(settings, NOW + 500 * DAY)) == [2, 2, 1]


def test_silences_go_some_months_after_their_end(context):
    silence(ends=NOW)
    silence(ends=NOW + 30 * DAY)
    assert run(context, forgetting.forget_silences, NOW + 91 * DAY) == 1
    assert count(Silence) == 1
