"""What our own web server is asked, counted in Redis by the client we give to others."""

import pytest
from redis import ConnectionError

from webapp.client.tally import Key
from webapp.core import clock, counted
from webapp.metrics import answers
from webapp.metrics.answers import elapsed_ms, read_answers

API = "/api/system/metrics"


@pytest.fixture
def flushed(app):
    """Sends what was recorded; it belongs to no other test."""
    recorder = app.extensions["recorder"]
    recorder.sends_by_itself = False
    recorder.flush()
    app.extensions["redis"].flushall()
    yield recorder.flush
    recorder.flush()


def totals(app):
    with app.app_context():
        return list(read_answers())


def bag(app):
    with app.app_context():
        return counted.take(app.extensions["redis"], clock.now())[1]


def requests_of(app):
    return {
        tuple(value for _, value in key.labels): n
        for key, n in bag(app).counts.items()
        if key.name == "requests" and n
    }


def test_without_requests_there_is_nothing_to_read(app, flushed):
    assert totals(app) == []


def test_every_answer_to_a_question_is_timed_refusals_too_and_files_not(app, flushed, client):
    assert client.get(API).status_code == 401
    assert client.get("/nowhere").status_code in (303, 404)
    assert client.post(API).status_code in (401, 405)
    with client.get("/static/app.css") as answer:
        assert answer.status_code == 200
    flushed()
    (total,) = totals(app)
    assert (total.whole, total.scale) == (2, 1)
    assert 0 < total.part < 10_000


def test_requests_are_counted_by_rule_method_and_outcome(app, flushed, client):
    for path in (API, API, "/nowhere", "/healthz"):
        client.get(path, buffered=True)
    flushed()
    assert requests_of(app) == {
        ("GET", API, "4xx"): 2,
        ("GET", "(none)", "4xx"): 1,
        ("GET", "/healthz", "2xx"): 1,
    }


def test_people_sessions_and_the_features_they_use_are_counted(app, flushed, viewer):
    flushed()
    app.extensions["redis"].flushall()
    viewer.get("/activity/")
    viewer.get("/activity/?seen=0", htmx=True)
    viewer.get(API)
    viewer.get("/websites/")
    flushed()
    redis = app.extensions["redis"]
    assert counted.seen_since(redis, answers.PEOPLE, clock.EPOCH) == 1
    assert counted.seen_since(redis, answers.SESSIONS, clock.EPOCH) == 1
    uses = {key: n for key, n in bag(app).counts.items() if key.name == "feature_uses" and n}
    assert uses == {
        Key("custom", "feature_uses", "count", (("feature", "activity"),)): 1,
        Key("custom", "feature_uses", "count", (("feature", "websites"),)): 1,
    }


def test_outside_of_a_request_no_time_has_passed(context):
    assert elapsed_ms() == 0


def test_a_redis_that_is_gone_delays_no_page_and_loses_no_count(app, flushed, client, monkeypatch):
    def refuse(*_arguments):
        raise ConnectionError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(counted, "add", refuse)
        assert client.get(API, buffered=True).status_code == 401
        assert flushed() is False
        assert client.get(API, buffered=True).status_code == 401
    assert flushed() is True
    assert requests_of(app) == {("GET", API, "4xx"): 2}
    assert totals(app)[0].whole == 2
