"""Jobs that wait and how long, asked of Redis alone."""

from datetime import timedelta

from webapp.core import clock, queue
from webapp.core.db import db
from webapp.metrics.backlog import backlog


def wait():
    """A job that nobody runs here."""


def found(app, now):
    return {
        (point.key.name, dict(point.key.labels)["queue"]): point.value
        for point in backlog(app.extensions["redis"], now)
    }


def test_empty_queues_have_no_jobs_and_no_age(context):
    values = found(context, clock.now())
    assert set(values.values()) == {0}
    assert {name for _, name in values} == set(queue.QUEUES)


def test_jobs_that_wait_are_counted_and_the_oldest_gives_the_age(context):
    began = clock.now()
    for name in ("slow", "slow", "fast"):
        queue.enqueue(wait, queue=name)
        db.session.commit()
    values = found(context, began + timedelta(seconds=90))
    assert (values["queue_size", "slow"], values["queue_size", "fast"]) == (2, 1)
    assert 80 < values["queue_oldest_s", "slow"] <= 90
    assert values["queue_oldest_s", "default"] == 0


def test_an_id_whose_job_is_gone_has_no_age(context):
    redis = context.extensions["redis"]
    redis.rpush("rq:queue:fast", "gone")
    values = found(context, clock.now())
    assert (values["queue_size", "fast"], values["queue_oldest_s", "fast"]) == (1, 0)


def test_a_clock_that_was_set_back_gives_no_negative_age(context):
    queue.enqueue(wait, queue="fast")
    db.session.commit()
    assert found(context, clock.now() - timedelta(hours=1))["queue_oldest_s", "fast"] == 0
