"""What RQ knows of itself, read in a fixed number of round trips."""

from datetime import timedelta

import pytest
from redis.client import Redis
from rq import SimpleWorker, Worker
from rq.utils import utcformat

from webapp.core import clock, queue, workforce
from webapp.core.timetable import ElectedScheduler


def fail_on_purpose(number):
    """A job that always fails."""
    raise RuntimeError(f"broken on purpose {number}")


@pytest.fixture
def redis(context):
    return context.extensions["redis"]


def let_fail(redis, name, *numbers):
    for number in numbers:
        queue.queue(name).enqueue(fail_on_purpose, number, failure_ttl=queue.FAILURE_TTL_S)
        SimpleWorker([name], connection=redis).work(burst=True, logging_level="CRITICAL")


def test_an_empty_redis_is_four_empty_queues_and_nobody(redis):
    found = workforce.workforce(redis)
    assert [q.name for q in found.queues] == list(queue.QUEUES)
    assert sum(q.waiting + q.running + q.failed for q in found.queues) == 0
    assert (found.workers, found.schedulers, found.has_scheduler) == ((), (), False)
    assert found.redis_bytes > 0


def test_the_oldest_waiting_job_is_found_past_ids_whose_job_is_gone(redis):
    gone = queue.queue("slow").enqueue(fail_on_purpose, 1)
    kept = queue.queue("slow").enqueue(fail_on_purpose, 2)
    redis.delete(gone.key)
    slow = workforce.workforce(redis).queues[-1]
    assert slow.waiting == 2
    assert slow.oldest_at == kept.enqueued_at


@pytest.mark.parametrize(
    ("state", "silent_s", "late"),
    [
        ("idle", 0, False),
        ("idle", 59, False),
        ("idle", 61, True),
        ("busy", 39, False),
        ("busy", 41, True),
    ],
)
def test_a_worker_is_late_after_a_minute_of_silence_and_a_busy_one_sooner(
    redis, state, silent_s, late
):
    worker = Worker(["fast"], connection=redis, name="w")
    worker.register_birth()
    worker.set_state(state)
    now = clock.now()
    redis.hset(worker.key, "last_heartbeat", utcformat(now - timedelta(seconds=silent_s)))
    found = workforce.workforce(redis)
    assert len(found.late(now)) == int(late)
    assert len(found.on_time(now)) == int(not late)


def test_a_worker_shows_the_name_of_the_job_it_runs(redis):
    worker = Worker(["fast"], connection=redis, name="w")
    worker.register_birth()
    worker.set_current_job_id(queue.queue("fast").enqueue(fail_on_purpose, 1).id)
    assert workforce.workforce(redis).workers[0].job == "fail_on_purpose"


def test_a_worker_whose_record_ran_out_is_not_listed(redis):
    worker = Worker(["fast"], connection=redis, name="w")
    worker.register_birth()
    redis.delete(worker.key)
    assert workforce.workforce(redis).workers == ()


def test_one_of_two_schedulers_is_elected(redis):
    first, second = ElectedScheduler(redis, ()), ElectedScheduler(redis, ())
    second.name += "-second"
    for scheduler in (first, second):
        scheduler.register_birth()
        scheduler.is_elected()
    found = workforce.workforce(redis)
    assert {s.name: s.is_elected for s in found.schedulers} == {
        first.name: True,
        second.name: False,
    }
    assert found.has_scheduler


def test_failed_jobs_of_all_queues_come_newest_first_and_page_by_page(redis, monkeypatch):
    moment = [1_800_000_000]
    monkeypatch.setattr("rq.registry.current_timestamp", lambda: moment[0])
    for name, number in (("fast", 1), ("slow", 2), ("fast", 3)):
        moment[0] += 1
        let_fail(redis, name, number)
    jobs, total = workforce.failed_jobs(redis, offset=0, limit=2)
    assert total == 3
    assert [(j.queue, j.call[-2]) for j in jobs] == [("fast", "3"), ("slow", "2")]
    assert jobs[0].name == "fail_on_purpose"
    assert "RuntimeError: broken on purpose 3" in jobs[0].traceback
    assert workforce.failed_jobs(redis, offset=2, limit=2)[0][0].call.endswith("(1)")


def test_the_version_of_failed_jobs_changes_with_each(redis):
    before = workforce.failed_version(redis)
    let_fail(redis, "fast", 1)
    assert workforce.failed_version(redis) != before


def test_only_jobs_that_failed_since_then_are_counted(redis, monkeypatch):
    now = clock.now()
    for hours in (30, 2, 1):
        at = int((now - timedelta(hours=hours)).timestamp())
        monkeypatch.setattr("rq.registry.current_timestamp", lambda at=at: at)
        let_fail(redis, "fast", hours)
    count, first_at = workforce.failed_since(redis, now - timedelta(hours=24))
    assert count == 2
    assert round((now - first_at).total_seconds() / 3600) == 2
    assert workforce.failed_since(redis, now) == (0, None)


def test_any_number_of_workers_and_jobs_takes_three_round_trips(redis, monkeypatch):
    for n in range(5):
        Worker(["fast"], connection=redis, name=f"w{n}").register_birth()
        queue.queue("fast").enqueue(fail_on_purpose, n)
    trips = []
    pipeline = Redis.pipeline

    def counted(self, **options):
        trips.append(1)
        return pipeline(self, **options)

    monkeypatch.setattr(Redis, "pipeline", counted)
    workforce.workforce(redis)
    assert len(trips) == 3


@pytest.mark.parametrize(
    ("call", "name"), [("a.b.run(1, 'x.y')", "run"), ("run()", "run"), ("", "")]
)
def test_a_call_is_shown_by_its_functions_name(call, name):
    assert workforce.function_name(call) == name
