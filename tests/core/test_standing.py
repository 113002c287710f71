"""A job that is always there: held while it lives, passed on at its end, filled when it dies."""

from redis import Redis
from rq import Queue

from webapp.core import standing
from webapp.core.standing import Place, is_vacant
from webapp.core.timetable import Periodic, cron_jobs


def work(number):
    """Stands for a job that runs for a while."""


def fill(redis):
    """What the scheduler does every two seconds."""
    for job in cron_jobs(Periodic(work, "checks", every_s=2, places=2)):
        job.enqueue(redis)


def waiting(redis):
    return [job.args for job in Queue("checks", connection=redis).jobs]


def test_each_vacant_place_is_filled_once(context):
    redis = context.extensions["redis"]
    fill(redis)
    fill(redis)
    assert waiting(redis) == [(0,), (1,)]


def test_a_place_that_is_held_is_left_alone_until_it_lapses(context):
    redis = context.extensions["redis"]
    Place(work, 0).hold()
    assert not is_vacant(redis, work, 0)
    assert 0 < redis.ttl(standing.key(work, 0)) <= standing.HELD_S
    redis.delete(standing.key(work, 0))
    assert is_vacant(redis, work, 0)


def test_holding_asks_redis_only_now_and_then(context, monkeypatch):
    place = Place(work, 0)
    place.hold()
    context.extensions["redis"].delete(standing.key(work, 0))
    place.hold()
    assert is_vacant(context.extensions["redis"], work, 0)


def test_the_next_run_is_sent_before_this_one_is_done_and_not_doubled(context):
    redis = context.extensions["redis"]
    Place(work, 0).pass_on("checks", timeout_s=60)
    Place(work, 1).pass_on("checks", timeout_s=60)
    fill(redis)
    assert waiting(redis) == [(0,), (1,)]


def test_a_place_that_was_left_is_filled_at_once(context):
    place = Place(work, 0)
    place.hold()
    place.leave()
    assert is_vacant(context.extensions["redis"], work, 0)


def test_without_redis_a_run_goes_on(context, monkeypatch):
    monkeypatch.setitem(context.extensions, "redis", Redis(unix_socket_path="/nonexistent.sock"))
    place = Place(work, 0)
    place.hold()
    place.pass_on("checks", timeout_s=60)
    place.leave()
