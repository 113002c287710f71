"""The time of every answer, counted in Redis."""

from types import SimpleNamespace

from redis import ConnectionError

from webapp.metrics import answers
from webapp.metrics.answers import elapsed_ms, read_answers

API = "/api/system/metrics"


def counted(app):
    with app.app_context():
        return list(read_answers())


def test_without_requests_there_is_nothing_to_read(app):
    assert counted(app) == []


def test_every_answer_to_a_question_is_counted_refusals_too_and_files_not(app, client):
    assert client.get(API).status_code == 401
    assert client.get("/nowhere").status_code in (303, 404)
    assert client.post(API).status_code in (401, 405)
    with client.get("/static/app.css") as answer:
        assert answer.status_code == 200
    (total,) = counted(app)
    assert (total.whole, total.scale) == (2, 1)
    assert 0 < total.part < 10_000


def test_outside_of_a_request_no_time_has_passed(context):
    assert elapsed_ms() == 0


def test_a_redis_that_is_gone_is_asked_once_and_pages_go_on(app, client, monkeypatch):
    asked = []

    def refuse(**_options):
        asked.append(1)
        raise ConnectionError("gone")

    monkeypatch.setattr(answers, "impatient_redis", lambda: SimpleNamespace(pipeline=refuse))
    monkeypatch.setitem(app.extensions, "answers_paused_until", 0.0)
    assert client.get(API).status_code == 401
    assert client.get(API).status_code == 401
    assert len(asked) == 1
