"""The running of the judge: one at a time, part after part, cheap while there is no news."""

import threading
import time

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.exc import OperationalError

from tests.factories import create_website
from tests.statements import count_statements
from webapp.core import clock, nudges, queue
from webapp.core.db import db
from webapp.issues import judge as running
from webapp.issues.judge import Judge
from webapp.issues.models import ReceivedOccurrence
from webapp.issues.parts import RECEIVED, Part
from webapp.websites.models import Website


def part_that(runs, name="websites", *, every_s=60.0, told_by_rows=False):
    return Part(name, lambda _now, _is_over: runs.append(name) or 1, every_s, told_by_rows)


def broken(_now, _is_over):
    create_website()
    raise ValueError("a mistake in the judge")


def test_a_part_runs_when_it_is_due_or_rung_for(context):
    runs = []
    judge = Judge([part_that(runs)])
    assert judge.turn() == 1
    assert judge.turn() == 0
    assert judge.turn({"websites"}) == 1


def test_a_part_told_by_rows_runs_only_when_there_are_any(context):
    runs = []
    judge = Judge([part_that(runs, RECEIVED, told_by_rows=True)])
    assert judge.turn({RECEIVED}) == 0
    db.session.add(ReceivedOccurrence(body=b"{}"))
    db.session.add(ReceivedOccurrence(body=b"{", refused_at=clock.now(), reason="no JSON"))
    db.session.commit()
    assert judge.turn() == 1


def test_a_look_without_news_costs_one_statement(context):
    judge = Judge([part_that([]), part_that([], RECEIVED, told_by_rows=True)])
    judge.turn()
    with count_statements(context) as asked:
        judge.turn()
    assert len(asked) == 1


def test_of_two_judges_one_judges(context):
    first, second = Judge([part_that([])]), Judge([part_that([])])
    assert first.turn() == 1
    assert second.turn() is None
    first.leave()
    assert second.turn() == 1


def test_a_part_that_fails_writes_nothing_pauses_and_holds_up_no_other(context, monkeypatch):
    runs = []
    judge = Judge([Part("broken", broken, 0), part_that(runs, every_s=0)])
    assert judge.turn() == 1
    assert db.session.query(Website).count() == 0
    monkeypatch.setitem(judge.due_s, "broken", 0.0)
    told = judge.paused_until_s["broken"]
    assert judge.turn({"broken"}) == 1
    assert judge.paused_until_s["broken"] == told
    (told,) = db.session.scalars(db.select(ReceivedOccurrence)).all()
    assert b"judge broken" in told.body
    assert b"a mistake in the judge" in told.body


def test_that_it_cannot_be_told_stops_nothing(context, monkeypatch):
    runs = []
    monkeypatch.setattr("webapp.issues.own_errors.receiving.receive", broken)
    judge = Judge([Part("broken", broken, 0), part_that(runs)])
    assert judge.turn() == 1


def test_a_database_that_is_away_is_waited_for(context):
    def away(_now, _is_over):
        raise OperationalError("select", {}, Exception("away"))

    runs = []
    judge = Judge([Part("first", away, 0), part_that(runs)])
    assert judge.turn() is None
    assert runs == []
    assert judge.paused_until_s == {}


def test_each_part_commits_what_it_found(context):
    judge = Judge([Part("maker", lambda *_: len([create_website()]), 0)])
    assert judge.turn() == 1
    db.session.rollback()
    assert db.session.query(Website).count() == 1


@pytest.fixture
def in_thread(context, monkeypatch):
    """Runs the judge in a thread, as the resident does, and ends it."""
    stop, threads = threading.Event(), []
    monkeypatch.setattr(queue, "_stop", stop)
    monkeypatch.setattr(running, "OTHERS_S", 0.01)
    monkeypatch.setattr(running, "LOOK_S", 0.1)

    def start(*found):
        monkeypatch.setattr(running, "parts", lambda: found)
        threads.append(threading.Thread(target=running.keep_judging, args=(context,)))
        threads[-1].start()

    yield start
    stop.set()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()


def until(question, within_s=5):
    ends_s = time.monotonic() + within_s
    while not question():
        assert time.monotonic() < ends_s
        time.sleep(0.005)


def test_the_thread_judges_soon_after_a_bell(in_thread):
    runs = []
    in_thread(part_that(runs, every_s=3600))
    until(lambda: len(runs) == 1)
    nudges.ring("websites")
    until(lambda: len(runs) == 2)


def test_a_second_thread_takes_over_when_the_first_leaves(in_thread, context):
    first, runs = Judge([part_that([])]), []
    first.turn()
    in_thread(part_that(runs))
    first.leave()
    until(lambda: runs)


def test_without_redis_the_thread_looks_by_itself(in_thread, context, monkeypatch):
    away = Redis(unix_socket_path="/nonexistent.sock", retry=Retry(NoBackoff(), 0))
    monkeypatch.setitem(context.extensions, nudges.CONNECTION, away)
    monkeypatch.setattr(running, "LOOK_S", 0.01)
    runs = []
    in_thread(part_that(runs, every_s=0))
    until(lambda: len(runs) >= 3)
