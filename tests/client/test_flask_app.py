"""A Flask application: requests by rule, failures, files left out, active users."""

from pathlib import Path

import pytest
from flask import Flask, Response, abort, request

from webapp.client import IssueHandler, Recorder, Reporter, flask_app

HERE = str(Path(__file__).parent)


@pytest.fixture
def sent():
    return []


@pytest.fixture
def recorder(sent):
    return Recorder("shop", send=sent.append, sends_by_itself=False)


@pytest.fixture
def browser(recorder, monkeypatch):
    app = Flask("shop", root_path=HERE, static_folder=".", static_url_path="/static")
    monkeypatch.setattr(app.logger, "disabled", True)

    @app.get("/orders/<int:number>")
    def order(number):
        return abort(404) if number == 0 else f"order {number}"

    @app.get("/stream")
    def stream():
        return Response(iter(["a", "b"]))

    @app.post("/crash")
    def crash():
        raise RuntimeError("on purpose")

    flask_app.init_app(app, recorder, user=lambda: request.headers.get("X-User"))
    return app.test_client()


def counted(recorder, sent):
    recorder.flush()
    return {
        tuple(value for _, value in key.labels): n
        for batch in sent
        for key, n in batch.tally.counts.items()
        if key.name == "requests"
    }


def test_requests_are_counted_by_rule_method_and_outcome(browser, recorder, sent):
    assert browser.get("/orders/1", buffered=True).text == "order 1"
    assert browser.get("/orders/2", buffered=True).status_code == 200
    assert browser.get("/orders/0", buffered=True).status_code == 404
    assert browser.get("/stream", buffered=True).text == "ab"
    assert browser.post("/crash", buffered=True).status_code == 500
    assert browser.get("/nothing-here", buffered=True).status_code == 404
    assert counted(recorder, sent) == {
        ("GET", "/orders/<int:number>", "2xx"): 2,
        ("GET", "/orders/<int:number>", "4xx"): 1,
        ("GET", "/stream", "2xx"): 1,
        ("POST", "/crash", "5xx"): 1,
        ("GET", "(none)", "4xx"): 1,
    }


def test_files_are_left_out(browser, recorder, sent):
    with browser.get("/static/test_flask_app.py") as answer:
        assert answer.status_code == 200
    assert counted(recorder, sent) == {}


def test_users_are_counted_once(browser, recorder, sent):
    for user in ("ada", "ada", "grace"):
        browser.get("/orders/1", headers={"X-User": user})
    browser.get("/orders/1")
    recorder.flush()
    assert {key.name: n for key, n in sent[0].tally.levels.items()} == {"active_users": 2}


@pytest.fixture
def told():
    return []


@pytest.fixture
def failing(told):
    def send(batch):
        told.extend(batch.occurrences)

    app = Flask("failing")
    app.reporter = Reporter("shop", send=send, sends_by_itself=False)
    flask_app.report_errors(app, app.reporter, person=lambda: request.headers.get("X-Person"))

    @app.get("/orders/<int:number>")
    def order(number):
        raise ValueError(f"bad order {number}")

    @app.get("/stream")
    def stream():
        def pieces():
            yield "one"
            raise ValueError("no second one")

        return Response(pieces())

    @app.get("/refused")
    def refused():
        abort(403)

    return app


def test_an_unhandled_exception_is_told_once_by_its_rule_with_who_asked(failing, told, caplog):
    handler = IssueHandler(failing.reporter)
    failing.logger.addHandler(handler)
    answer = failing.test_client().get("/orders/7?page=2", headers={"X-Person": "ada"})
    failing.logger.removeHandler(handler)
    failing.reporter.flush()
    assert answer.status_code == 500
    (found,) = told
    assert (found["task"], found["person"]) == ("GET /orders/<int:number>", "ada")
    assert (found["name"], found["error_message"]) == ("ValueError", "bad order 7")
    asked = found["context"]["request"]
    assert (asked["endpoint"], asked["arguments"], asked["path"]) == (
        "order", {"number": 7}, "/orders/7",
    )  # fmt: skip
    assert asked["parameters"] == {"page": "2"}


def test_what_fails_while_the_answer_is_on_its_way_is_told_too(failing, told):
    with pytest.raises(ValueError, match="no second one"):
        failing.test_client().get("/stream").get_data()
    failing.reporter.flush()
    assert [each["task"] for each in told] == ["GET /stream"]


def test_what_the_application_refuses_is_no_trouble(failing, told):
    client = failing.test_client()
    assert [client.get(path).status_code for path in ("/refused", "/nowhere")] == [403, 404]
    failing.reporter.flush()
    assert told == []


def test_a_person_who_cannot_be_told_spoils_nothing(told):
    app = Flask("nobody")
    app.reporter = Reporter(
        "shop", send=lambda b: told.extend(b.occurrences), sends_by_itself=False
    )
    flask_app.report_errors(app, app.reporter, person=lambda: 1 / 0)

    @app.get("/")
    def index():
        raise ValueError("bad")

    assert app.test_client().get("/").status_code == 500
    app.reporter.flush()
    assert [each.get("person") for each in told] == [None]
