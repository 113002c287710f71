"""Whatever hangs, an answer comes in time."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy.exc import OperationalError

from webapp.core.db import db
from webapp.selfcheck import probes
from webapp.selfcheck.probes import bounded, probe_database, probe_web


class Answers(BaseHTTPRequestHandler):
    """Answers every path with the status it names."""

    def do_GET(self):
        self.send_response(int(self.path.strip("/")))
        self.end_headers()

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture
def address():
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def silent():
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_what_hangs_is_not_waited_for_and_asked_only_once():
    let_go, asked = threading.Event(), []

    def hang():
        asked.append(1)
        let_go.wait(10)
        return True

    found = [bounded("test", hang, 0.05) for _ in range(2)]
    assert [f.value for f in found] == [None, None]
    assert found[0].error == "No answer within 0.05 s."
    assert found[0].ms >= 50
    assert len(asked) == 1
    let_go.set()
    assert probes._asking["test"].acquire(timeout=5)
    probes._asking["test"].release()
    assert bounded("test", lambda: 7, 5).value == 7


def test_what_fails_says_why_in_one_line():
    def fail():
        raise OSError("no route\n   to host")

    found = bounded("test", fail, 5)
    assert (found.value, found.error) == (None, "no route to host")


def test_an_error_of_the_database_is_told_without_its_statement():
    error = OperationalError("SELECT secret", {}, Exception("connection refused"))
    assert probes.reason(error) == "connection refused"
    assert probes.reason(ValueError()) == "ValueError"


def test_the_database_answers(context):
    found = probe_database(db.engine)
    assert (found.value, found.error) == (True, None)


@pytest.mark.parametrize(("path", "is_well"), [("/200", True), ("/401", True), ("/500", False)])
def test_our_web_server_is_well_when_it_answers_as_it_should(address, path, is_well):
    found = probe_web([address], path, (200, 401))
    assert bool(found.value) is is_well
    assert found.error is None if is_well else "answered with 500" in found.error


def test_the_second_address_is_asked_when_the_first_does_not_answer(address):
    assert probe_web(["http://127.0.0.1:9", address], "/200", (200,)).value


def test_a_web_server_that_hangs_is_given_up_within_the_limit(silent, monkeypatch):
    monkeypatch.setattr(probes, "LIMIT_S", 0.2)
    began = time.monotonic()
    found = probe_web([silent, silent], "/200", (200,))
    assert found.value is None
    assert silent in found.error
    assert time.monotonic() - began < 2
