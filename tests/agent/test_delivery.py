"""Delivery: whatever the server does, each moment arrives once, in order."""

import json
import time
from email.utils import formatdate

import pytest

from tests.agent.servers import TOKEN, running_server, unused_port
from webapp.agent import delivery as deliveries
from webapp.agent import link as links
from webapp.agent.delivery import Delivery
from webapp.agent.link import Link
from webapp.agent.options import BadOption
from webapp.agent.spool import Spool

CPU = '{"name":"cpu_percent"}'


@pytest.fixture
def server():
    with running_server() as made:
        yield made


@pytest.fixture
def spool(tmp_path):
    made = Spool(tmp_path / "spool", 10_000_000)
    yield made
    made.close()


@pytest.fixture
def delivery(server, spool, monkeypatch):
    monkeypatch.setattr(deliveries, "pause_s", lambda failures, chance: 0)
    monkeypatch.setattr(deliveries, "LONGEST_S", 0)
    monkeypatch.setattr(links, "SILENCE_S", 0.3)
    made = Delivery(spool, Link(server.url), lambda: b'{"host":"web-1"}', lambda: TOKEN)
    yield made
    made.link.close()


def measure(spool, first, count):
    for at in range(first, first + count):
        spool.add(at, [(CPU, at / 2)])


def sent_moments(server):
    return [row[0] for request in server.requests for row in request["rows"]]


def test_what_was_measured_is_stored_in_order_with_the_token(server, spool, delivery):
    measure(spool, 0, 10)
    assert delivery.send_all()
    assert server.moments == list(range(10))
    (request,) = server.requests
    assert request["headers"]["Authorization"] == f"Bearer {TOKEN}"
    assert request["headers"]["Content-Encoding"] == "gzip"
    assert request["host"] == "web-1"
    assert request["batch_id"].startswith(spool.identity)
    assert spool.waiting_bytes == 0


def test_nothing_to_send_sends_nothing(server, delivery):
    assert delivery.send_all()
    assert server.requests == []


@pytest.mark.parametrize("trouble", ["close", "half", "hang", 500, 503, 429, 401, 403, 404, 301])
def test_trouble_keeps_everything_and_the_next_try_sends_it_once(server, spool, delivery, trouble):
    measure(spool, 0, 5)
    server.script = [trouble]
    assert not delivery.send_all()
    measure(spool, 5, 5)
    assert delivery.send_all()
    assert server.moments == list(range(10))
    assert server.doubled == 0


def test_a_batch_whose_answer_got_lost_is_sent_again_as_the_same_batch(server, spool, delivery):
    measure(spool, 0, 5)
    server.script = ["lose"]
    assert not delivery.send_all()
    assert delivery.send_all()
    first, second = server.requests
    assert first["batch_id"] == second["batch_id"]
    assert first["rows"] == second["rows"]
    assert server.moments == list(range(5))


def test_a_long_backlog_goes_out_in_bounded_batches(server, spool, delivery):
    measure(spool, 0, 5000)
    assert delivery.send_all()
    assert server.moments == list(range(5000))
    assert max(len(request["rows"]) for request in server.requests) <= deliveries.MOST_ROWS


def test_what_is_too_much_at_once_is_split_until_it_fits(server, spool, delivery):
    server.largest_rows = 3
    measure(spool, 0, 40)
    assert delivery.send_all()
    assert server.moments == list(range(40))
    assert server.doubled == 0


def test_a_moment_that_is_never_taken_is_set_aside_and_the_others_go_on(
    server, spool, delivery, caplog
):
    server.largest_rows = 0
    measure(spool, 0, 4)
    assert delivery.send_all()
    assert server.moments == []
    aside = (spool.folder / "refused.jsonl").read_text().splitlines()
    assert [json.loads(line)["rows"][0][0] for line in aside] == [0, 1, 2, 3]
    assert "set aside" in caplog.text
    server.largest_rows = None
    measure(spool, 4, 1)
    assert delivery.send_all()
    assert server.moments == [4]


def test_samples_that_are_refused_are_told_and_not_sent_again(server, spool, delivery, caplog):
    refused = b'{"accepted":1,"new":1,"refused":[{"index":0,"field":"value","message":"Odd."}]}'
    server.script = [(200, refused), (200, refused)]
    for at in (1, 2):
        measure(spool, at, 1)
        assert delivery.send_all()
    assert caplog.text.count("Odd.") == 1
    assert sent_moments(server) == [1, 2]


def test_what_is_refused_as_a_whole_is_set_aside_and_told_once(server, spool, delivery, caplog):
    ahead = b'{"accepted":0,"refused":[{"index":0,"field":"timestamp","message":"Too late."}]}'
    server.script = [(422, ahead), (422, ahead)]
    for at in (1, 2, 3):
        measure(spool, at, 1)
        assert delivery.send_all()
    assert server.moments == [3]
    assert len((spool.folder / "refused.jsonl").read_text().splitlines()) == 2
    assert caplog.text.count("timestamp: Too late.") == 1


def test_a_moment_that_breaks_the_server_each_time_does_not_stop_the_others(
    server, spool, delivery
):
    server.breaks_at = 5
    measure(spool, 0, 9)
    tries = 0
    while not delivery.send_all():
        tries += 1
        assert tries < 100
    assert server.moments == [0, 1, 2, 3, 4, 6, 7, 8]
    assert server.doubled == 0
    assert tries >= deliveries.MOST_TRIES
    (aside,) = (spool.folder / "refused.jsonl").read_text().splitlines()
    assert json.loads(aside)["rows"][0][0] == 5


def test_a_server_that_cannot_inflate_gets_it_plain(server, spool, delivery):
    server.script = [415]
    measure(spool, 0, 2)
    assert delivery.send_all()
    assert "Content-Encoding" not in server.requests[-1]["headers"]
    assert server.moments == [0, 1]


def test_a_refused_token_is_told_once_and_a_new_one_works_without_restart(
    server, spool, delivery, caplog
):
    tokens = ["old", "old", "new"]
    delivery.token = lambda: tokens.pop(0)
    server.script = [401, 401]
    measure(spool, 0, 1)
    assert [delivery.send_all() for _ in range(3)] == [False, False, True]
    assert caplog.text.count("scope write") == 1
    assert server.requests[-1]["headers"]["Authorization"] == "Bearer new"


def test_a_token_file_that_is_gone_is_told_and_nothing_is_lost(server, spool, delivery, caplog):
    def gone():
        raise BadOption("The token file cannot be read.")

    delivery.token = gone
    measure(spool, 0, 1)
    assert not delivery.send_all()
    assert "token file" in caplog.text
    delivery.token = lambda: TOKEN
    assert delivery.send_all()
    assert server.moments == [0]


def test_nobody_listening_is_told_once_and_that_it_is_over_too(spool, delivery, caplog):
    delivery.link = Link(f"http://127.0.0.1:{unused_port()}")
    working = Link
    measure(spool, 0, 1)
    for _ in range(3):
        assert not delivery.send_all()
    assert caplog.text.count("What is measured is kept") == 1
    with running_server() as server:
        delivery.link = working(server.url)
        assert delivery.send_all()
        assert server.moments == [0]
        delivery.link.close()
    assert "again" in caplog.text


def test_it_leaves_a_failing_server_alone_longer_and_longer(server, spool, monkeypatch):
    pauses = []

    def pause_s(failures, chance):
        pauses.append(failures)
        assert 0 <= chance <= 1
        return 1000

    monkeypatch.setattr(deliveries, "pause_s", pause_s)
    delivery = Delivery(spool, Link(server.url), lambda: b'{"host":"web-1"}', lambda: TOKEN)
    server.script = [500, 500]
    measure(spool, 0, 1)
    assert not delivery.send_all()
    assert 990 < delivery.rests_s <= 1000
    assert not delivery.send_all()
    assert len(server.requests) == 1
    delivery.not_before_s = time.monotonic()
    assert not delivery.send_all()
    assert pauses == [1, 2]
    delivery.link.close()


def test_a_clock_that_is_off_is_told_once(server, spool, delivery, caplog):
    server.date = formatdate(time.time() + 3600, usegmt=True)
    for at in (1, 2):
        measure(spool, at, 1)
        assert delivery.send_all()
    assert caplog.text.count("the server's clock is +3") == 1


def test_processes_and_batches_make_one_document(server, spool, delivery):
    spool.add(1000, [(CPU, 1.0)], '{"at":1000,"processes":{"count":3}}')
    assert delivery.send_all()
    (request,) = server.requests
    assert request["processes"] == [{"at": 1000, "processes": {"count": 3}}]
