"""Samples of watched series are told to the judge, each once and none too few."""

import threading

import pytest
from sqlalchemy import func, select

from tests.metrics.test_recording import NOW_MS, columns, key
from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics import recording, watched
from webapp.metrics.models import MetricNews, MetricSeries

NOW = clock.from_ms(NOW_MS)


def ids(*numbers):
    found = dict(db.session.execute(select(MetricSeries.fingerprint, MetricSeries.id)).all())
    return [found[key(number).fingerprint] for number in numbers]


def told():
    return [row for each in watched.unread(100) for row in each.rows]


def test_only_series_that_are_watched_are_told(context):
    recording.store(columns([0, 1, 2]))
    zero, two = ids(0, 2)
    watched.watch([two, zero], NOW_MS + 1, NOW)
    recording.store(columns([0, 1, 2], NOW_MS + 1, 7.5))
    assert sorted(told()) == sorted([(zero, NOW_MS + 1, 7.5), (two, NOW_MS + 1, 7.5)])


def test_what_is_stored_already_is_told_once_it_is_watched(context):
    for age in range(3):
        recording.store(columns([0], NOW_MS + age, float(age)))
    watched.watch(ids(0), NOW_MS + 1, NOW)
    assert [row[1:] for row in told()] == [(NOW_MS + 1, 1.0), (NOW_MS + 2, 2.0)]


def test_after_that_nothing_is_told_any_more(context):
    recording.store(columns([0]))
    watched.watch(ids(0), NOW_MS + 1, NOW)
    watched.unwatch(ids(0))
    recording.store(columns([0], NOW_MS + 1))
    assert told() == []


def test_news_go_with_the_samples_when_they_are_taken_back(context):
    recording.store(columns([0]))
    watched.watch(ids(0), NOW_MS + 1, NOW)
    db.session.commit()
    recording.store(columns([0], NOW_MS + 1))
    db.session.rollback()
    assert told() == []


def test_the_oldest_come_first_and_only_so_many(context):
    recording.store(columns([0]))
    watched.watch(ids(0), NOW_MS + 1, NOW)
    for turn in range(1, 4):
        recording.store(columns([0], NOW_MS + turn))
    first, second = watched.unread(2)
    assert [first.rows[0][1], second.rows[0][1]] == [NOW_MS + 1, NOW_MS + 2]


def test_news_are_settled_once(context):
    recording.store(columns([0]))
    watched.watch(ids(0), NOW_MS, NOW)
    read = watched.unread(10)
    assert watched.settle(read)
    assert not watched.settle(read)
    assert db.session.scalar(select(func.count()).select_from(MetricNews)) == 0


def test_many_samples_are_told_in_several_rows(context, monkeypatch):
    monkeypatch.setattr(watched, "MOST_ROWS", 2)
    recording.store(columns(range(5)))
    watched.watch(ids(*range(5)), NOW_MS, NOW)
    assert [len(each.rows) for each in watched.unread(10)] == [2, 2, 1]


@pytest.mark.parametrize(("is_watched", "statements"), [(False, 2), (True, 3)])
def test_a_batch_that_is_told_costs_one_statement_more(context, is_watched, statements):
    recording.store(columns(range(50)))
    if is_watched:
        watched.watch(ids(*range(50)), NOW_MS + 1, NOW)
    db.session.commit()
    with count_statements(context) as found:
        recording.store(columns(range(50), NOW_MS + 1))
    assert len(found) == statements


def test_no_sample_is_missed_that_is_recorded_while_it_becomes_watched(app):
    """A recorder in full swing, and in the midst of it the series is watched from then on."""
    with app.app_context():
        recording.store(columns([0]))
        db.session.commit()
    started, is_over = threading.Event(), threading.Event()
    last = []

    def run():
        with app.app_context():
            turn = 0
            while not is_over.is_set() or turn < 20:
                turn += 1
                recording.store(columns([0], NOW_MS + turn))
                db.session.commit()
                if turn == 5:
                    started.set()
            last.append(turn)

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(30)
    with app.app_context():
        watched.watch(ids(0), NOW_MS, NOW)
        db.session.commit()
    is_over.set()
    thread.join(30)
    with app.app_context():
        assert [row[1] for row in told()] == [NOW_MS + turn for turn in range(last[0] + 1)]
