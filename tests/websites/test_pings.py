"""The address that heartbeats call."""

import pytest

from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import actions, keeping, pings, queries


@pytest.fixture
def key(app):
    with app.app_context():
        job, _ = actions.add({"url": "heartbeat://nightly"}, clock.now())
        db.session.commit()
        return keeping.known_secrets(job).heartbeat_key


def last(app):
    with app.app_context():
        return queries.get_latest_by_website(1)


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_anybody_who_knows_it_may_call_without_sign_in(app, client, key, method):
    answer = getattr(client, method)(f"/ping/{key}")
    assert answer.status_code == 200
    assert answer.data == (b"" if method == "head" else b"OK\n")
    assert "Set-Cookie" not in answer.headers
    assert last(app).status.value == "UP"


@pytest.mark.parametrize(
    ("path", "said"),
    [("/fail", "exit code 1"), ("/3", "exit code 3"), ("/70000", "exit code 255")],
)
def test_a_failure_keeps_the_beginning_of_what_was_sent(app, client, key, path, said):
    assert client.post(f"/ping/{key}{path}", data=b"x" * 50_000).status_code == 200
    found = last(app)
    assert said in found.error_message
    assert found.details["evidence"]["body"] == "x" * 2048


def test_exit_code_0_is_success_and_start_is_neither(app, client, key):
    assert client.get(f"/ping/{key}/start").status_code == 200
    assert last(app) is None
    assert client.get(f"/ping/{key}/0").status_code == 200
    assert last(app).status.value == "UP"
    assert last(app).response_time_ms > 0


def test_a_wrong_key_is_not_found_and_costs_two_questions(app, client, key):
    with count_statements(app) as statements:
        answer = client.get("/ping/hb_nobody")
    assert (answer.status_code, answer.text) == (404, "There is no such heartbeat.\n")
    assert len(statements) == 2
    assert client.put(f"/ping/{key}").status_code == 405
    assert pings.BODY_BYTES <= 4096


def test_only_operators_are_told_the_address(client, read_token, write_token, key):
    path = "/api/monitoring/websites/1/heartbeat/"
    refused = client.get(path, headers=read_token)
    assert refused.status_code == 403
    told = client.get(path, headers=write_token)
    assert told.json["url"].endswith(f"/ping/{key}")
    read = client.get("/api/monitoring/websites/1/", headers=read_token)
    assert key not in read.text
    assert read.json["kind"] == "heartbeat"
