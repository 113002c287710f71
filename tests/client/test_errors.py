"""What a WSGI application lets out is told with the request, and goes on to the server."""

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from webapp.client import ErrorMiddleware, Reporter
from webapp.client.middleware import ROUTE


@pytest.fixture
def sent():
    return []


@pytest.fixture
def shop(sent):
    return Reporter(
        "shop", send=lambda batch: sent.extend(batch.occurrences), host="h", sends_by_itself=False
    )


def ask(app, path="/orders/7", **options):
    environ = EnvironBuilder(path, **options).get_environ()
    return run_wsgi_app(app, environ, buffered=True)


def fail(environ, start_response):
    raise ValueError("bad order")


def fail_between(environ, start_response):
    start_response("200 OK", [])
    yield b"one"
    raise ValueError("no second one")


@pytest.mark.parametrize("app", [fail, fail_between], ids=["at once", "between two pieces"])
def test_an_exception_is_told_and_goes_on(shop, sent, app):
    watched = ErrorMiddleware(app, shop)
    with pytest.raises(ValueError, match="bad order|no second one"):
        ask(watched, method="POST", query_string="page=3&tag=a&tag=b")
    shop.flush()
    (found,) = sent
    assert found["task"] == "POST /orders/7"
    assert found["context"]["request"] == {
        "method": "POST",
        "host": "localhost",
        "path": "/orders/7",
        "parameters": {"page": "3", "tag": ["a", "b"]},
        "user_agent": None,
    }


def test_the_route_and_the_person_are_asked_for(shop, sent):
    def routed(environ, start_response):
        environ[ROUTE] = "/orders/<id>"
        raise ValueError("bad order")

    for route in (None, lambda environ: "/said"):
        watched = ErrorMiddleware(routed, shop, route=route, person=lambda environ: "ada")
        with pytest.raises(ValueError, match="bad"):
            ask(watched)
    shop.flush()
    assert [each["task"] for each in sent] == ["GET /orders/<id>", "GET /said"]
    assert {each["person"] for each in sent} == {"ada"}


def test_a_path_of_any_letters_is_read_as_it_was_written(shop, sent):
    with pytest.raises(ValueError, match="bad"):
        ask(ErrorMiddleware(fail, shop), "/grüße")
    shop.flush()
    assert sent[0]["context"]["request"]["path"] == "/grüße"


def test_who_asks_badly_spoils_nothing(shop, sent, caplog):
    def broken(environ):
        raise LookupError("no session")

    with pytest.raises(ValueError, match="bad"):
        ask(ErrorMiddleware(fail, shop, person=broken, route=broken))
    shop.flush()
    assert sent[0]["task"] == "GET /orders/7"
    assert "person" not in sent[0]


def test_an_answer_goes_through_and_is_closed(shop, sent):
    closed = []

    class Pieces:
        def __iter__(self):
            return iter([b"one", b"two"])

        def close(self):
            closed.append(True)

    def app(environ, start_response):
        start_response("200 OK", [])
        return Pieces()

    pieces, status, _ = ask(ErrorMiddleware(app, shop))
    assert (b"".join(pieces), status, closed) == (b"onetwo", "200 OK", [True])
    assert ErrorMiddleware(lambda environ, start: [b"x"], shop)({}, None) == [b"x"]
    assert shop.flush()
    assert sent == []


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_what_ends_the_server_is_no_trouble(shop, sent, error):
    def app(environ, start_response):
        raise error

    with pytest.raises(error):
        ErrorMiddleware(app, shop)(EnvironBuilder().get_environ(), lambda *_: None)
    shop.flush()
    assert sent == []
