"""The short way for heartbeats that say nothing new."""

import pytest

from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import actions, keeping, queries
from webapp.websites.models import MonitorStatus


@pytest.fixture
def key(app, client):
    with app.app_context():
        job, _ = actions.add({"url": "heartbeat://nightly"}, clock.now())
        db.session.commit()
        made = keeping.known_secrets(job).heartbeat_key
    assert client.get(f"/ping/{made}").status_code == 200
    return made


def recorded(app):
    with app.app_context():
        return queries.get_by_website(1)[1], queries.get_by_id(1).status


@pytest.mark.parametrize("path", ["", "/0"])
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_a_success_of_what_is_up_costs_three_statements(app, client, key, method, path):
    with count_statements(app) as statements:
        answer = getattr(client, method)(f"/ping/{key}{path}")
    assert answer.status_code == 200
    assert answer.data == (b"" if method == "head" else b"OK\n")
    assert len([s for s in statements if not s.startswith("BEGIN")]) == 3
    assert recorded(app) == (2, MonitorStatus.UP)


def test_a_failure_and_what_follows_it_go_the_long_way(app, client, key):
    assert client.get(f"/ping/{key}/7").status_code == 200
    assert recorded(app) == (2, MonitorStatus.DOWN)
    assert client.get(f"/ping/{key}").status_code == 200
    assert recorded(app) == (3, MonitorStatus.UP)


def test_a_paused_one_is_answered_and_not_recorded(app, client, key):
    with app.app_context():
        actions.pause(queries.get_by_id(1), clock.now())
        db.session.commit()
    assert client.get(f"/ping/{key}").status_code == 200
    assert recorded(app)[0] == 1


def test_every_other_address_goes_on(client, key):
    assert client.get("/ping/").status_code == 404
    assert client.delete(f"/ping/{key}").status_code == 405
    assert client.get("/healthz").status_code == 200
