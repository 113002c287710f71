"""What cannot be sent waits in order, below a bound, and is told once."""

import time

import pytest

from webapp.client.outbox import Outbox
from webapp.client.tally import Key, Tally
from webapp.client.transport import Refused

N = Key("custom", "n", "")


class Taker:
    """A server that takes, is away, or refuses."""

    def __init__(self):
        self.error = None
        self.taken = []

    def __call__(self, batch):
        if self.error:
            raise self.error
        self.taken.append((batch.at_ms, dict(batch.points)))


@pytest.fixture
def taker():
    return Taker()


def outbox(taker, most=1000):
    return Outbox("shop", taker, 10.0, most)


def put(box, *values):
    for at_ms, value in enumerate(values, 1):
        box.put(Tally(counts={N: value}), at_ms)


def test_what_was_put_is_sent_in_order(taker):
    box = outbox(taker)
    put(box, 5, 6)
    box.send_when_due()
    assert taker.taken == [(1, {N: 5}), (2, {N: 6})]
    assert not box.waiting


def test_an_empty_tally_is_no_batch(taker):
    box = outbox(taker)
    box.put(Tally(), 1)
    assert not box.waiting


def test_while_the_server_is_away_nothing_is_lost_and_one_line_is_logged(taker, caplog):
    box = outbox(taker)
    taker.error = ConnectionRefusedError("away")
    put(box, 1, 2, 3)
    for _ in range(5):
        box.next_try_s = 0
        box.send_when_due()
    assert [r.getMessage() for r in caplog.records] == [
        "metrics cannot be sent and wait (ConnectionRefusedError: away)"
    ]
    taker.error = None
    box.send()
    assert [at_ms for at_ms, _ in taker.taken] == [1, 2, 3]
    assert caplog.records[-1].getMessage() == "metrics are sent again"
    assert (box.lost, box.failures, box.next_try_s) == (0, 0, 0)


def test_pauses_grow_up_to_a_minute(taker):
    box = outbox(taker)
    taker.error = OSError("away")
    put(box, 1)
    box.send_when_due()
    asked = []
    taker.error = None
    box.deliver = asked.append
    box.send_when_due()
    assert asked == []
    for _ in range(20):
        box._fail(OSError("away"))
    assert box.failures == 21
    assert 29 <= box.next_try_s - time.monotonic() <= 60


def test_above_the_bound_the_oldest_make_room_and_are_counted(taker):
    box = outbox(taker, most=3)
    taker.error = OSError("away")
    put(box, 0)
    box.send()
    put(box, *range(1, 10))
    taker.error = None
    assert [batch.at_ms for batch in box.waiting] == [7, 8, 9]
    assert box.lost == 7
    box.send()
    put(box, 1)
    box.send()
    assert taker.taken[-1] == (1, {N: 1, Key("custom", "client_lost", "count"): 7})
    assert box.lost == 0


def test_a_batch_larger_than_the_bound_is_sent_all_the_same(taker):
    box = outbox(taker, most=1)
    box.put(Tally(counts={N._replace(name=name): 1 for name in "abc"}), 1)
    box.send()
    assert len(taker.taken) == 1


def test_a_refused_batch_is_dropped_with_a_line_and_does_not_block_the_next(taker, caplog):
    box = outbox(taker)
    put(box, 1, 2)
    answers = iter([Refused("422: too old"), None])

    def deliver(batch):
        error = next(answers)
        if error:
            raise error
        taker(batch)

    box.deliver = deliver
    box.send()
    assert [at_ms for at_ms, _ in taker.taken] == [2]
    assert "422: too old" in caplog.text
    assert box.lost == 1


def test_refusals_in_a_row_are_told_once(taker, caplog):
    box = outbox(taker)
    for error, lines in ((Refused("no"), 1), (Refused("no"), 1), (None, 1), (Refused("no"), 2)):
        taker.error = error
        put(box, 1)
        box.send()
        assert len(caplog.records) == lines


def test_a_short_deadline_makes_later_tries_no_less_patient(taker):
    given = []
    box = outbox(taker)

    def away(batch):
        given.append(batch.patience_s)
        raise OSError("away")

    box.deliver = away
    put(box, 1)
    for deadline_s in (time.monotonic() + 1, None, time.monotonic() + 60):
        box.send(deadline_s)
    assert 0 < given[0] <= 1
    assert given[1:] == [5.0, 5.0]


def test_a_deadline_that_has_passed_sends_nothing(taker, caplog):
    box = outbox(taker)
    put(box, 1)
    box.send(deadline_s=0)
    assert taker.taken == []
    assert caplog.records == []
