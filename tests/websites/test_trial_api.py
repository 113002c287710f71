"""A website is tested over the API before it is saved."""

import pytest

from tests.websites.peers import echo
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import actions, jobs, queries
from webapp.websites.options import CheckSecrets

PATH = "/api/monitoring/websites/test/"


def run(app, client, token, body):
    """Start a test, do what a worker does, and give the answer before and after."""
    started = client.post(PATH, json=body, headers=token)
    assert started.status_code == 202, started.text
    where = f"{PATH}{started.get_json()['id']}/"
    waiting = client.get(where, headers=token).get_json()
    with app.app_context():
        jobs.try_draft(started.get_json()["id"])
    return waiting, client.get(where, headers=token).get_json()


def test_a_website_is_tested_and_nothing_is_saved(app, client, write_token):
    with echo() as peer:
        body = {"url": peer.url("/status/500"), "options": {"headers": {"X-Mine": "1"}}}
        waiting, done = run(app, client, write_token, body)
    assert (waiting["state"], waiting["result"]) == ("waiting", None)
    found = done["result"]
    assert (done["state"], found["status"], found["failure_reason"]) == ("done", "DOWN", "status")
    assert (found["http_status_code"], found["address"]) == (500, "127.0.0.1")
    assert found["response_time_ms"] > found["ttfb_ms"] > 0
    assert peer.asked[0]["headers"]["X-Mine"] == "1"
    with app.app_context():
        assert queries.get_all()[1] == 0


def test_one_that_is_good_has_no_failure(app, client, write_token):
    with echo() as peer:
        _, done = run(app, client, write_token, {"url": peer.url(), "secrets": {"token": "hush"}})
    assert (done["result"]["status"], done["result"]["failure_reason"]) == ("UP", None)
    assert "hush" not in str(done)


def test_stored_secrets_are_used_for_their_own_place_only(app, client, write_token):
    with echo() as peer:
        with app.app_context():
            fields = {"url": peer.url(), "secrets": CheckSecrets(token="token-of-ours")}
            website, _ = actions.add(fields, clock.now())
            db.session.commit()
            body = {"website_id": website.id, "options": {"authentication": "bearer"}}
        run(app, client, write_token, body | {"url": peer.url("/deeper")})
        elsewhere = body | {"url": "http://127.0.0.1:9/"}
        refused = client.post(PATH, json=elsewhere, headers=write_token)
    assert peer.asked[0]["headers"]["Authorization"] == "Bearer token-of-ours"
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "url")
    assert len(peer.asked) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"url": "heartbeat://x"}, 422), ({"url": "ftp://x"}, 422), ({}, 422),
        ({"url": "http://127.0.0.1/", "website_id": 77}, 404),
        ({"url": "http://127.0.0.1/", "options": {"pattern": "("}}, 422),
    ],
)  # fmt: skip
def test_what_cannot_be_tested_is_refused(client, write_token, body, status):
    assert client.post(PATH, json=body, headers=write_token).status_code == status


def test_there_is_none_of_another_name_and_a_reader_may_not(client, write_token, read_token):
    assert client.get(f"{PATH}nobody/", headers=write_token).status_code == 404
    assert client.get(f"{PATH}nobody/", headers=read_token).status_code == 403
    body = {"url": "http://127.0.0.1/"}
    assert client.post(PATH, json=body, headers=read_token).status_code == 403
