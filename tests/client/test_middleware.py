"""Every kind of answer is recorded once, with its route, outcome and full time."""

import time
from io import BytesIO
from wsgiref.util import FileWrapper, setup_testing_defaults

import pytest

from webapp.client import Middleware
from webapp.client.middleware import ROUTE


class Noted:
    """Takes what a recorder would take."""

    def __init__(self):
        self.requests = []

    def answered(self, route, method, status, ms):
        self.requests.append((route, method, status, ms))

    @property
    def told(self):
        return [request[:3] for request in self.requests]


class Pieces:
    """An answer in pieces that must be closed."""

    def __init__(self, *pieces, pause_s=0.0):
        self.pieces = pieces
        self.pause_s = pause_s
        self.closed = 0

    def __iter__(self):
        for piece in self.pieces:
            time.sleep(self.pause_s)
            if isinstance(piece, Exception):
                raise piece
            yield piece

    def close(self):
        self.closed += 1


def answering(answer, status="200 OK", route="/orders/<id>"):
    def app(environ, start_response):
        environ[ROUTE] = route
        start_response(status, [])
        if isinstance(answer, Exception):
            raise answer
        return answer

    return app


def call(app, noted, *, method="GET", route=None):
    """What a server does with one request, up to the end of the answer."""
    environ = {"REQUEST_METHOD": method}
    setup_testing_defaults(environ)
    environ["wsgi.file_wrapper"] = FileWrapper
    answer = Middleware(app, noted, route)(environ, lambda status, headers, *rest: None)
    try:
        return b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()


@pytest.mark.parametrize(
    ("status", "code"),
    [("200 OK", 200), ("404 NOT FOUND", 404), ("503", 503), ("OK", 500), ("", 500)],
)
def test_an_answer_is_recorded_with_its_status(status, code):
    noted = Noted()
    assert call(answering([b"ok"], status), noted, method="POST") == b"ok"
    assert noted.told == [("/orders/<id>", "POST", code)]


def test_an_exception_counts_as_500_and_goes_on():
    noted = Noted()
    with pytest.raises(ZeroDivisionError):
        call(answering(ZeroDivisionError()), noted)
    assert noted.told == [("/orders/<id>", "GET", 500)]


def test_an_exception_in_the_middle_of_an_answer_counts_as_500_once():
    noted, pieces = Noted(), Pieces(b"a", ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        call(answering(pieces), noted)
    assert noted.told == [("/orders/<id>", "GET", 500)]
    assert pieces.closed == 1


def test_a_streamed_answer_is_timed_to_its_end():
    noted, pieces = Noted(), Pieces(b"a", b"b", b"c", pause_s=0.02)
    assert call(answering(pieces), noted) == b"abc"
    ((_, _, status, ms),) = noted.requests
    assert status == 200
    assert ms >= 60
    assert pieces.closed == 1


def test_a_reader_who_leaves_in_the_middle_is_no_failure():
    noted, pieces = Noted(), Pieces(b"a", b"b")
    answer = Middleware(answering(pieces), noted)({"REQUEST_METHOD": "GET"}, lambda *_: None)
    assert next(iter(answer)) == b"a"
    assert noted.requests == []
    answer.close()
    assert noted.told == [("/orders/<id>", "GET", 200)]


def test_an_answer_that_fails_to_close_is_recorded_too():
    class Stuck(Pieces):
        def close(self):
            raise OSError("stuck")

    noted = Noted()
    with pytest.raises(OSError, match="stuck"):
        call(answering(Stuck(b"a")), noted)
    assert noted.told == [("/orders/<id>", "GET", 200)]


def test_a_file_is_handed_to_the_server_as_it_is():
    noted, file = Noted(), FileWrapper(BytesIO(b"content"))
    environ = {"REQUEST_METHOD": "GET", "wsgi.file_wrapper": FileWrapper}
    assert Middleware(answering(file), noted)(environ, lambda *_: None) is file
    assert noted.told == [("/orders/<id>", "GET", 200)]


def test_the_servers_writer_and_exc_info_pass_through():
    given = []

    def app(environ, start_response):
        assert start_response("200 OK", []) == "write"
        start_response("500 BAD", [("a", "b")], ("exc",))
        return []

    def start_response(*arguments):
        given.append(arguments)
        return "write"

    noted = Noted()
    Middleware(app, noted)({"REQUEST_METHOD": "GET"}, start_response)
    assert given == [("200 OK", []), ("500 BAD", [("a", "b")], ("exc",))]
    assert noted.told == [("", "GET", 500)]


def test_a_request_may_be_left_out():
    noted = Noted()
    call(answering([b"ok"], route=None), noted)
    assert noted.requests == []


def test_the_route_may_be_asked_for():
    noted = Noted()
    call(answering([b"ok"]), noted, route=lambda environ: environ["PATH_INFO"][:1] + "*")
    assert noted.told == [("/*", "GET", 200)]
