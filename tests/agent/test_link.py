"""The connection: kept while it lasts, given up when nothing comes."""

import ssl
import threading
import time
from email.utils import formatdate

import pytest

from tests.agent.servers import running_server, unused_port
from webapp.agent import link as links
from webapp.agent.link import Link, TroubleOnTheWay

BODY = b'{"series":[],"rows":[]}'


@pytest.fixture
def server():
    with running_server() as made:
        yield made


@pytest.fixture
def link(server):
    made = Link(server.url)
    yield made
    made.close()


def test_it_posts_to_the_api_below_the_url(server):
    link = Link(f"{server.url}/monitor/")
    answer = link.post(BODY, {"Authorization": "Bearer x"})
    link.close()
    assert answer.status == 200
    assert b"accepted" in answer.body
    (request,) = server.requests
    assert request["path"] == "/monitor/api/monitoring/metrics/"
    assert request["headers"]["Content-Type"] == "application/json"
    assert request["headers"]["Authorization"] == "Bearer x"


def test_one_connection_serves_many_requests(server, link):
    for _ in range(5):
        link.post(BODY, {})
    assert server.connections == 1


def test_after_the_server_closed_an_idle_connection_the_next_request_opens_another(server, link):
    server.script = [(200, b"{}")]
    link.post(BODY, {})
    link._connection.sock.shutdown(2)
    assert link.post(BODY, {}).status == 200
    assert server.connections == 2


@pytest.mark.parametrize("trouble", ["close", "half"])
def test_an_answer_that_does_not_come_whole_is_trouble_and_the_next_request_works(
    server, link, trouble
):
    server.script = [trouble]
    with pytest.raises(TroubleOnTheWay):
        link.post(BODY, {})
    assert link.post(BODY, {}).status == 200


def test_nobody_listening_is_trouble():
    with pytest.raises(TroubleOnTheWay):
        Link(f"http://127.0.0.1:{unused_port()}").post(BODY, {})


def test_a_server_that_says_nothing_is_given_up(server, monkeypatch):
    monkeypatch.setattr(links, "SILENCE_S", 0.2)
    server.script = ["hang"]
    link = Link(server.url)
    with pytest.raises(TimeoutError):
        link.post(BODY, {})


def test_a_request_that_lasts_too_long_is_cut_by_another_thread(server, link, monkeypatch):
    monkeypatch.setattr(links, "LONGEST_S", 0.2)
    server.script = ["hang"]
    ended = threading.Event()

    def watch():
        while not ended.wait(0.02):
            link.cut_if_late()

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.monotonic()
    try:
        with pytest.raises(TroubleOnTheWay):
            link.post(BODY, {})
    finally:
        ended.set()
        watcher.join()
    assert time.monotonic() - began < 5


def test_no_request_is_no_late_one(link):
    link.cut_if_late()


def test_an_answer_without_end_is_not_read_to_its_end(server, link):
    server.script = [(200, b"x" * (links.LONGEST_ANSWER + 1000))]
    assert len(link.post(BODY, {}).body) == links.LONGEST_ANSWER
    assert link.post(BODY, {}).status == 200


@pytest.mark.parametrize("ahead_s", [-3600, 0, 90])
def test_it_tells_how_far_the_servers_clock_is_ahead(server, link, ahead_s):
    server.date = formatdate(time.time() + ahead_s, usegmt=True)
    assert link.post(BODY, {}).ahead_s == pytest.approx(ahead_s, abs=2.5)


@pytest.mark.parametrize("date", [None, "yesterday"])
def test_a_server_that_tells_no_time_is_no_trouble(server, link, date):
    server.date = date
    assert link.post(BODY, {}).ahead_s is None


def test_a_certificate_nobody_vouches_for_is_trouble(server):
    port = server.url.rpartition(":")[2]
    with pytest.raises(ssl.SSLError):
        Link(f"https://127.0.0.1:{port}").post(BODY, {})


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://watchkeeper.example", "watchkeeper.example", 80),
        ("https://watchkeeper.example", "watchkeeper.example", 443),
        ("http://[2001:db8::1]", "2001:db8::1", 80),
        ("http://[2001:db8::1]:8000/monitor", "2001:db8::1", 8000),
    ],
)
def test_the_url_says_where_to_connect(url, host, port):
    connection = Link(url)._connection
    assert (connection.host, connection.port) == (host, port)
