"""Messages over a real wire, and the threads that send them."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.alerts.makers import channel, issue, raised, route
from tests.alerts.receivers import receiver
from tests.websites.sites import wait_until
from webapp.alerts import actions, errands, queries
from webapp.alerts.models import Channel, ChannelKind
from webapp.alerts.signing import is_signed, new_key
from webapp.core import clock, queue
from webapp.core.db import db


@pytest.fixture
def server():
    with receiver() as found:
        yield found


@pytest.fixture
def hook(context, server):
    found = channel(url=server.url, signing_key=new_key())
    route(found)
    db.session.commit()
    return found


def states(alert):
    db.session.expire_all()
    return [n.delivery.value for n in queries.notifications_of(alert.id)]


def test_a_message_arrives_signed_and_once(hook, server):
    alert = raised(now=clock.now())
    assert [errands.deliver_once(), errands.deliver_once()] == [1, 0]
    ((status, headers, body),) = server.got
    assert status == 200
    assert is_signed(hook.signing_key, headers, body)
    (told,) = server.taken()
    assert told["id"] == headers["webhook-id"]
    assert [(a["id"], a["status"], a["severity"]) for a in told["alerts"]] == [
        (alert.id, "firing", "error")
    ]
    assert states(alert) == ["sent"]


@pytest.mark.parametrize("status", [301, 400, 429, 500, 503])
def test_an_answer_that_refuses_is_tried_again_later(hook, server, status, monkeypatch):
    server.statuses = [status]
    alert, began = raised(now=clock.now()), clock.now()
    errands.deliver_once()
    assert states(alert) == ["pending"]
    assert db.session.get(Channel, hook.id).last_error == f"It answered {status}."
    assert errands.deliver_once() == 0
    later = timedelta(seconds=125 if status == 429 else 10)
    monkeypatch.setattr(clock, "now", lambda: began + later)
    assert errands.deliver_once() == 1
    assert states(alert) == ["sent"]


def test_an_answer_cut_off_is_sent_again_under_the_same_id(hook, server, monkeypatch):
    server.statuses = [0]
    began = clock.now()
    alert = raised(now=began)
    errands.deliver_once()
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(seconds=10))
    errands.deliver_once()
    ids = [headers["webhook-id"] for _, headers, _ in server.got]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert states(alert) == ["sent"]


def test_a_receiver_that_is_away_for_an_hour_is_told_what_it_came_to(hook, server, monkeypatch):
    port, began = server.url, clock.now()
    db.session.get(Channel, hook.id).url = "http://127.0.0.1:9/"
    alert = raised(now=began)
    for minute in (0, 1, 5, 20):
        monkeypatch.setattr(clock, "now", lambda m=minute: began + timedelta(minutes=m))
        errands.deliver_once()
    actions.resolve(alert, began + timedelta(minutes=30))
    db.session.get(Channel, hook.id).url = port
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(hours=1))
    assert errands.deliver_once() == 1
    (told,) = server.taken()
    assert told["alerts"][0]["news"] == ["firing", "resolved"]
    assert ", for 30 min 0 s" in told["body"]


def test_apprise_carries_it_and_says_why_not(context, server):
    way = f"json://127.0.0.1:{server.server_port}/x"
    route(channel(url=way, kind=ChannelKind.APPRISE))
    db.session.commit()
    server.statuses = [500]
    alert = raised(now=clock.now())
    errands.deliver_once()
    assert "500" in db.session.query(Channel).one().last_error
    actions.acknowledge(alert, clock.now())
    db.session.commit()
    assert len(server.got) == 1
    assert states(alert) == ["pending"]


def test_an_address_that_can_no_longer_be_read_is_a_failure_and_not_the_end(hook, server):
    db.session.connection().exec_driver_sql("UPDATE channels SET kind = 'apprise'")
    db.session.commit()
    alert = raised(now=clock.now())
    errands.deliver_once()
    assert states(alert) == ["pending"]
    assert db.session.get(Channel, hook.id).failing_since_at is not None


def test_the_threads_raise_and_send_within_a_moment_and_end_when_told(context, hook, server):
    threads = [
        threading.Thread(target=each, args=(context,))
        for each in (errands.keep_raising, errands.keep_delivering)
    ]
    for thread in threads:
        thread.start()
    try:
        made = issue(updated_at=clock.now(), last_seen_at=clock.now())
        wait_until(lambda: len(server.taken()) == 1, 20)
        assert server.taken()[0]["alerts"][0]["title"] == made.title
    finally:
        queue.stop()
        for thread in threads:
            thread.join(20)
        queue._stop.clear()
    assert not any(thread.is_alive() for thread in threads)


def test_a_pass_is_safe_to_be_run_twice(hook, server):
    issue(updated_at=clock.now(), last_seen_at=clock.now())
    assert [errands.raise_once(), errands.raise_once()] == [1, 0]
    assert [errands.deliver_once(), errands.deliver_once()] == [1, 0]
    assert len(server.taken()) == 1


def test_a_private_address_is_not_asked_where_the_setting_forbids_it(
    context, hook, server, monkeypatch
):
    strict = replace(context.extensions["settings"], check_private_addresses=False)
    monkeypatch.setitem(context.extensions, "settings", strict)
    alert = raised(now=clock.now())
    errands.deliver_once()
    assert server.got == []
    assert states(alert) == ["pending"]
    assert "private" in db.session.get(Channel, hook.id).last_error
