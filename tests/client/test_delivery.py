"""A batch reaches the server once, whatever happens, at a moment of its own."""

import pytest

from tests.client.receiver import TOKEN, Receiver, receiving
from webapp.client.delivery import Batch, Server, document
from webapp.client.tally import Key, Point, Tally
from webapp.client.transport import Refused, Undelivered

AT_MS = 1_800_000_000_000
ORDERS = Key("custom", "orders", "", (("shop", "north"),))


def batch(n=3.0, at_ms=AT_MS):
    return Batch("shop", at_ms, Tally(counts={ORDERS: n}))


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def server(receiver):
    with receiving(receiver) as url:
        yield Server(url, TOKEN)


def test_the_document_names_each_series_and_has_one_row():
    assert document("shop", AT_MS, [Point(ORDERS, 3), Point(ORDERS, 4)]) == {
        "series": [
            {
                "kind": "application",
                "metric_type": "custom",
                "name": "orders",
                "unit": "",
                "service": "shop",
                "labels": {"shop": "north"},
            }
        ]
        * 2,
        "rows": [[AT_MS, [0, 3, 1, 4]]],
    }


@pytest.mark.parametrize("url", ["", "watchkeeper.example", "ftp://a.example", "http://"])
def test_a_url_that_is_none_is_refused(url):
    with pytest.raises(ValueError, match="begins with http"):
        Server(url, TOKEN)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://a.example", ("a.example", None, False, "/api/monitoring/metrics/")),
        ("https://a.example:8443/wk/", ("a.example", 8443, True, "/wk/api/monitoring/metrics/")),
    ],
)
def test_a_url_may_have_a_port_and_a_path(url, found):
    server = Server(url, TOKEN)
    assert (server.host, server.port, server.is_secure, server.path) == found


def test_a_batch_is_stored_at_a_moment_of_its_own(server, receiver):
    server.deliver(batch())
    assert receiver.sum("orders", shop="north") == 3
    assert receiver.moments("reporting_processes") == receiver.moments("orders") == [AT_MS]


def test_processes_that_send_at_the_same_moment_all_count(server, receiver):
    for _ in range(20):
        server.deliver(batch())
    assert receiver.sum("orders") == 60
    assert receiver.sum("reporting_processes") == 20
    assert receiver.moments("orders") == receiver.moments("reporting_processes")


@pytest.mark.parametrize("lost", [1, 2])
def test_a_lost_answer_doubles_nothing(server, receiver, lost):
    receiver.behave = lambda number: "store and hang up" if number == lost else "store"
    one = batch()
    with pytest.raises((OSError, EOFError)):
        server.deliver(one)
    server.deliver(one)
    assert receiver.sum("orders") == 3


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_the_server_will_never_take_is_refused(server, receiver, status):
    receiver.behave = lambda _number: status
    with pytest.raises(Refused, match=str(status)):
        server.deliver(batch())


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_what_the_server_does_not_take_now_may_be_sent_again(server, receiver, status):
    receiver.behave = lambda _number: status
    with pytest.raises(Undelivered, match=str(status)):
        server.deliver(batch())


def test_a_wrong_token_is_named(receiver):
    with receiving(receiver) as url, pytest.raises(Undelivered, match="token"):
        Server(url, "wrong").deliver(batch())


def test_a_server_that_always_says_the_moment_is_taken_is_left_alone(server, receiver):
    receiver.store = lambda _document: {"accepted": 1, "new": 0, "refused": []}
    with pytest.raises(Undelivered, match="moment"):
        server.deliver(batch())
    assert receiver.requests == 50
