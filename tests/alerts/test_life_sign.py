"""A sign of life to another system."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.alerts.makers import channel, raised, route
from tests.websites.sites import wait_until
from webapp.alerts import jobs, life_sign, sending
from webapp.alerts.channels import Outcome
from webapp.core import clock
from webapp.core.db import db


@pytest.fixture
def url(context, site, monkeypatch):
    found = site.url("/alive")
    settings = replace(context.extensions["settings"], life_sign_url=found)
    monkeypatch.setitem(context.extensions, "settings", settings)
    return found


def test_it_is_given_while_all_is_well(url, site):
    assert jobs.give_sign_of_life()
    assert jobs.give_sign_of_life()
    wait_until(lambda: site.seen == ["/alive", "/alive"], 5)


def test_none_is_given_while_messages_wait_for_long(url, site):
    route(channel())
    db.session.commit()
    began = clock.now()
    raised(now=began)
    sending.record(sending.claim(began), Outcome("It answered 500."), began)
    db.session.commit()
    assert life_sign.show_life(url, began + timedelta(minutes=14))
    assert not life_sign.show_life(url, began + timedelta(minutes=16))
    assert len(site.seen) == 1


def test_an_answer_that_refuses_is_none(context, site):
    assert not life_sign.show_life(site.url("/status/500"), clock.now())


def test_without_an_address_nobody_is_asked(context):
    assert not jobs.give_sign_of_life()
