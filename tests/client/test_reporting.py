"""Reporting never fails, waits or grows without bound; what arrives is what was told, once."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from webapp.client import Reporter, reporting

TOLD = {"name": "No answer", "task": "import"}


class Server:
    """Takes what is sent, unless it is away."""

    def __init__(self):
        self.taken = []
        self.error = None

    def __call__(self, batch):
        if self.error:
            raise self.error
        self.taken += batch.occurrences


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def shop(server):
    return make(server)


def make(server, **options):
    options = {"host": "web-1", "sends_by_itself": False} | options
    return Reporter("shop", send=server, **options)


def raised(error):
    try:
        raise error
    except type(error) as caught:
        return caught


@pytest.mark.parametrize("given", [{}, {"url": "http://a.example", "send": print}])
def test_exactly_one_way_to_send_is_needed(given):
    with pytest.raises(ValueError, match="one of url and send"):
        Reporter("shop", **given)


def test_what_was_told_arrives_with_where_it_happened(server):
    shop = make(server, context={"release": "1.4"})
    assert shop.report("timed out", **TOLD, context={"order": 7}, person="ada", severity="warning")
    assert server.taken == []
    assert shop.flush()
    found = server.taken[0]
    assert (found["service"], found["host"], found["person"]) == ("shop", "web-1", "ada")
    assert (found["name"], found["task"]) == ("No answer", "import")
    assert (found["error_message"], found["severity"]) == ("timed out", "warning")
    assert found["context"] == {"release": "1.4", "order": 7}


def test_an_exception_is_told_with_its_traceback_and_once(server, shop):
    error = raised(ValueError("bad order 7"))
    assert shop.capture(error, task="import", context={"order": 7})
    assert not shop.capture(error, task="elsewhere")
    other = make(server)
    assert other.capture(error, task="another reporter")
    shop.flush()
    (found,) = server.taken
    assert (found["name"], found["error_message"]) == ("ValueError", "bad order 7")
    assert found["traceback"].startswith("Traceback (most recent call last):")


def test_no_two_are_of_the_same_origin_and_one_that_is_sent_again_is(server, shop):
    server.error = OSError("away")
    for _ in range(3):
        shop.report("timed out", **TOLD)
    assert not shop.flush()
    waiting = [each["origin"] for batch in shop._outbox.waiting for each in batch.occurrences]
    server.error = None
    assert shop.flush()
    assert [each["origin"] for each in server.taken] == waiting
    assert len(set(waiting)) == 3


class Broken:
    def __str__(self):
        raise RuntimeError("not today")

    __repr__ = __str__


def change_badly(_told):
    raise RuntimeError("this hook is broken")


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ({}, {"error_message": Broken()}),
        ({}, {"context": Broken()}),
        ({"change": change_badly}, {}),
        ({"change": lambda told: {"x": object()}}, {}),
        ({}, {"at": "yesterday"}),
    ],
    ids=["message", "context", "hook", "what a hook returns", "moment"],
)
def test_whatever_is_wrong_with_what_is_told_the_application_goes_on(
    server, caplog, options, fields
):
    shop = make(server, **options)
    assert shop.report(**TOLD | {"error_message": "x"} | fields) is False
    assert "could not be put together" in caplog.text


def test_a_hook_may_change_what_is_sent_or_send_nothing(server):
    def without_secrets(told):
        return None if told["task"] == "private" else told | {"error_message": "(left out)"}

    shop = make(server, change=without_secrets)
    assert shop.report("secret", **TOLD)
    assert not shop.report("secret", name="x", task="private")
    shop.flush()
    assert [each["error_message"] for each in server.taken] == ["(left out)"]


def test_what_is_told_while_it_is_told_does_not_go_round(server):
    shop = make(server, change=lambda told: shop.report("again", **TOLD) or told)
    assert shop.report("once", **TOLD)
    shop.flush()
    assert [each["error_message"] for each in server.taken] == ["once"]


@pytest.mark.parametrize("options", [{"max_waiting": 3}, {"max_bytes": 1000}])
def test_memory_is_bounded_the_first_stay_and_what_was_dropped_is_told(server, caplog, options):
    shop = make(server, **options)
    server.error = OSError("away")
    for number in range(50):
        shop.report(f"{number}", name="No answer", task=f"import {number % 2}")
        if number % 10 == 0:
            shop.flush()
    server.error = None
    assert shop.flush()
    *kept, last = server.taken
    assert [each["error_message"] for each in kept] == [str(n) for n in range(len(kept))]
    assert 1 <= len(kept) <= 5
    assert last["name"] == "Occurrences dropped"
    assert last["error_message"].startswith(f"{50 - len(kept)} occurrences")
    assert sum(last["context"]["dropped"].values()) == 50 - len(kept)
    assert "issues are dropped, such as: No answer in import" in caplog.text
    assert (shop._outbox.count, shop._outbox.size_bytes, shop._kept) == (0, 0, [])


def test_endless_names_of_what_was_dropped_do_not_fill_the_memory(server):
    shop = make(server, max_waiting=0)
    for number in range(200):
        shop.report("x", name=f"n{number}", task="import")
    assert len(shop._dropped) == reporting.MOST_LABELS + 1
    assert shop._dropped["others"] == 200 - reporting.MOST_LABELS


def test_threads_lose_nothing_and_double_nothing(server):
    shop = make(server, sends_by_itself=True, interval_s=0.01)

    def work(worker):
        return [shop.report(f"{worker} {n}", **TOLD) for n in range(250)]

    with ThreadPoolExecutor(4) as pool:
        assert all(all(kept) for kept in pool.map(work, range(4)))
    shop.close()
    assert len(server.taken) == 1000
    assert len({each["error_message"] for each in server.taken}) == 1000


def test_a_server_that_hangs_costs_the_application_nothing():
    asked, release = threading.Event(), threading.Event()

    def hang(_batch):
        asked.set()
        release.wait(20)

    shop = make(hang, sends_by_itself=True, interval_s=0.01)
    shop.report("first", **TOLD)
    assert asked.wait(20)
    assert shop.report("second", **TOLD)
    assert shop.flush(within_s=0.05) is False
    release.set()
    shop.close()


@pytest.mark.parametrize(
    ("error", "has_arrived"),
    [(None, True), (OSError("away"), False), (reporting.Refused("422"), True)],
    ids=["taken", "away", "never"],
)
def test_one_may_be_sent_past_all_that_waits(server, shop, error, has_arrived):
    shop.report("waits", **TOLD)
    server.error = error
    assert shop.send_now("now", **TOLD, within_s=1) is has_arrived
    assert [each["error_message"] for each in server.taken] == ([] if error else ["now"])


def test_what_is_sent_is_json_that_any_server_reads(server):
    bodies = []
    shop = make(lambda batch: bodies.extend(batch.bodies))
    shop.report("caf\u00e9 \ud800", **TOLD, context={"not a number": float("nan"), "raw": b"\xff"})
    shop.flush()
    assert "café" in bodies[0].decode()
    assert json.loads(bodies[0])["context"]["not a number"] == "nan"
