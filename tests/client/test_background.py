"""Threads, forks and the end of a process are the same for everything that is gathered."""

import threading

from webapp.client import background
from webapp.client.background import Background, at_own_work, is_own_work
from webapp.client.outbox import Queue


class Gatherer(Background):
    def __init__(self, deliver, sends_by_itself=False):
        self.interval_s = 0.02
        self.sends_by_itself = sends_by_itself
        self._deliver = deliver
        self._begin_anew()

    def _begin_anew(self):
        super()._begin_anew()
        self._outbox = Queue(self._deliver, self.interval_s)
        self.gathered = 0

    def _put_aside(self):
        if self.gathered:
            self._outbox.waiting.append(Parcel(self.gathered))
            self.gathered = 0


class Parcel:
    patience_s = 5.0

    def __init__(self, content):
        self.content = content


def test_what_is_sent_is_the_clients_own_work_and_the_rest_is_not():
    seen = []
    gatherer = Gatherer(lambda parcel: seen.append((parcel.content, is_own_work())))
    gatherer.gathered = 7
    assert gatherer.flush()
    assert seen == [(7, True)]
    assert not is_own_work()


def test_own_work_inside_own_work_ends_with_the_outer_one():
    with at_own_work():
        with at_own_work():
            pass
        assert is_own_work()
    assert not is_own_work()


def test_the_thread_sends_and_its_work_is_the_clients_own():
    seen, done = [], threading.Event()

    def deliver(parcel):
        seen.append((parcel.content, is_own_work(), threading.current_thread().name))
        done.set()

    gatherer = Gatherer(deliver, sends_by_itself=True)
    gatherer.gathered = 3
    gatherer._awake()
    assert done.wait(20)
    gatherer.close()
    assert seen == [(3, True, "watchkeeper-client")]


def test_a_thread_whose_work_fails_goes_on(caplog):
    done = threading.Event()
    gatherer = Gatherer(lambda parcel: done.set(), sends_by_itself=True)
    failures = iter([RuntimeError("not now")])

    def put_aside():
        for failure in failures:
            raise failure
        Gatherer._put_aside(gatherer)

    gatherer._put_aside = put_aside
    gatherer.gathered = 1
    gatherer._awake()
    assert done.wait(20)
    gatherer.close()
    assert "could not be put together" in caplog.text


def test_at_exit_all_have_two_seconds_together(monkeypatch):
    given, now_s = [], [1000.0]

    def flush(within_s):
        given.append(within_s)
        now_s[0] += within_s

    gatherers = [Gatherer(lambda parcel: None, sends_by_itself=True) for _ in range(2)]
    monkeypatch.setattr(background, "_all", [*gatherers, Gatherer(lambda parcel: None)])
    monkeypatch.setattr(background.time, "monotonic", lambda: now_s[0])
    for gatherer in gatherers:
        monkeypatch.setattr(gatherer, "flush", flush)
    background._flush_at_exit()
    assert given == [2.0, background.LAST_CHANCE_S]


def test_a_forked_child_holds_nothing_of_its_parents(monkeypatch):
    gatherer = Gatherer(lambda parcel: None)
    monkeypatch.setattr(background, "_all", {gatherer})
    gatherer.gathered = 5
    lock = gatherer._lock
    background._forget_the_parent()
    assert gatherer.gathered == 0
    assert gatherer._lock is not lock
