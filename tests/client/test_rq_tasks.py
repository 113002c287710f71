"""Failed jobs are told once each: at once, after retries, when killed, and whoever looks."""

import os
import signal

import pytest
from redis import Redis
from rq import Queue, Retry, SimpleWorker, Worker
from rq.registry import FailedJobRegistry

from webapp.client import Reporter, rq_tasks, watch_task
from webapp.core import clock


class Server:
    """Takes what is sent, unless it is away."""

    def __init__(self):
        self.taken = []
        self.error = None

    def __call__(self, batch):
        if self.error:
            raise self.error
        self.taken += batch.occurrences

    def tasks(self):
        return [each["task"].rsplit(".", 1)[-1] for each in self.taken]


@pytest.fixture
def redis(redis_url):
    connection = Redis.from_url(redis_url)
    yield connection
    connection.flushall()
    connection.close()


@pytest.fixture
def queue(redis):
    return Queue("mail", connection=redis)


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def shop(server):
    return Reporter("shop", send=server, host="h", sends_by_itself=False)


def work(queue, shop=None, kind=SimpleWorker):
    """Do what waits, as a worker does, which only takes longer to begin and to end."""
    worker = kind([queue], connection=queue.connection)
    worker.log.setLevel("CRITICAL")
    if shop is not None:
        worker.push_exc_handler(rq_tasks.exception_handler(shop))
    do_what_waits(worker)


def do_what_waits(worker):
    worker.register_birth()
    while found := worker.dequeue_job_and_maintain_ttl(None):
        worker.execute_job(*found)
    worker.register_death()


def fail(number, password=None):
    raise ValueError(f"no letter {number}")


def succeed():
    return 1


def be_killed():
    os.kill(os.getpid(), signal.SIGKILL)


class Late:
    reporter = None


def be_late():
    Late.reporter.report("it is late", name="Late", task="mail")


def give_up():
    return Retry(max=1)


def test_a_job_that_fails_is_told_with_its_arguments_and_traceback(queue, shop, server):
    job = queue.enqueue(fail, 7, password="x")
    queue.enqueue(succeed)
    work(queue, shop)
    (found,) = server.taken
    assert found["task"] == "tests.client.test_rq_tasks.fail"
    assert (found["name"], found["error_message"]) == ("ValueError", "no letter 7")
    assert found["traceback"].rstrip().endswith("ValueError: no letter 7")
    told = found["context"]["rq"]
    assert (told["job"], told["queue"], told["arguments"]) == (job.id, "mail", [7])
    assert told["named_arguments"] == {"password": "x"}


def test_a_sweep_tells_nothing_that_was_told_and_a_second_one_nothing_again(queue, shop, server):
    queue.enqueue(fail, 1)
    work(queue, shop)
    assert rq_tasks.sweep_failed_jobs(shop, [queue]) == 0
    queue.enqueue(fail, 2)
    work(queue)
    assert [rq_tasks.sweep_failed_jobs(shop, [queue]) for _ in range(2)] == [1, 0]
    assert [each["error_message"] for each in server.taken] == ["no letter 1", "no letter 2"]
    assert [each["name"] for each in server.taken] == ["ValueError"] * 2


def test_a_job_that_is_tried_again_is_told_when_it_finally_fails(queue, shop, server):
    queue.enqueue(fail, 7, retry=Retry(max=2))
    work(queue, shop)
    rq_tasks.sweep_failed_jobs(shop, [queue])
    assert server.tasks() == ["fail"]


def test_a_job_that_is_requeued_and_fails_again_is_told_again(queue, shop, server):
    job = queue.enqueue(fail, 7)
    work(queue, shop)
    FailedJobRegistry(queue=queue).requeue(job.id)
    work(queue, shop)
    rq_tasks.sweep_failed_jobs(shop, [queue])
    assert server.tasks() == ["fail", "fail"]
    assert len({each["origin"] for each in server.taken}) == 2


def test_a_job_whose_process_was_killed_is_told_by_the_sweep(queue, shop, server):
    queue.enqueue(be_killed)
    work(queue, shop, Worker)
    assert server.taken == []
    assert [rq_tasks.sweep_failed_jobs(shop, [queue]) for _ in range(2)] == [1, 0]
    (found,) = server.taken
    assert (found["name"], server.tasks()) == ("Job killed", ["be_killed"])
    assert "signal 9" in found["error_message"]


def test_a_job_whose_worker_is_gone_is_told(queue, shop, server, redis):
    job = queue.enqueue(succeed)
    worker = SimpleWorker([queue], connection=redis)
    worker.prepare_execution(job)
    worker.prepare_job_execution(job)
    queue.started_job_registry.cleanup(timestamp=clock.now().timestamp() + 99_999)
    rq_tasks.sweep_failed_jobs(shop, [queue])
    assert [each["name"] for each in server.taken] == ["Job abandoned"]


def test_a_job_that_gives_up_is_told(queue, shop, server):
    queue.enqueue(give_up)
    work(queue, shop)
    work(queue, shop)
    rq_tasks.sweep_failed_jobs(shop, [queue])
    assert [each["name"] for each in server.taken] == ["Job failed"]
    assert server.tasks() == ["give_up"]


def test_what_somebody_stopped_is_no_trouble(queue, shop, server):
    job = queue.enqueue(fail, 1)
    work(queue)
    job.set_status("stopped")
    assert rq_tasks.sweep_failed_jobs(shop, [queue]) == 0


def test_while_the_server_is_away_the_job_waits_for_the_next_sweep(queue, shop, server):
    server.error = OSError("away")
    queue.enqueue(fail, 7)
    work(queue, shop)
    assert rq_tasks.sweep_failed_jobs(shop, [queue]) == 0
    server.error = None
    assert [rq_tasks.sweep_failed_jobs(shop, [queue]) for _ in range(2)] == [1, 0]


def test_what_the_job_told_itself_is_not_told_twice(queue, shop, server):
    global watched
    watched = watch_task(shop, "mail")(fail)
    watched.__name__ = watched.__qualname__ = "watched"
    queue.enqueue("tests.client.test_rq_tasks.watched", 7)
    work(queue, shop)
    rq_tasks.sweep_failed_jobs(shop, [queue])
    assert server.tasks() == ["mail"]


def test_an_old_failure_is_history(queue, shop, server, redis):
    queue.enqueue(fail, 7)
    work(queue)
    assert rq_tasks.sweep_failed_jobs(shop, [queue], within_s=0) == 0
    assert rq_tasks.sweep_failed_jobs(shop, [queue]) == 1


def test_a_job_that_cannot_be_read_is_told_all_the_same(queue, shop, server, redis):
    job = queue.enqueue(fail, 7)
    redis.hset(job.key, "data", b"not a pickle")
    work(queue)
    rq_tasks.sweep_failed_jobs(shop, [queue])
    assert server.tasks() == ["unreadable job"]


def test_redis_that_is_away_is_no_trouble_of_the_worker(shop, caplog):
    broken = object()
    assert rq_tasks.exception_handler(shop)(broken, ValueError, ValueError("x"), None) is True
    assert "a failed job could not be told" in caplog.text


def test_a_job_that_is_deleted_meanwhile_leaves_nothing_behind(queue, shop, server, redis):
    job = queue.enqueue(fail, 7)

    def delete_first(batch):
        job.delete()

    shop._deliver = delete_first
    work(queue)
    rq_tasks.sweep_failed_jobs(shop, [queue])
    assert not redis.exists(job.key)


def test_a_watched_worker_tells_all_of_it(queue, server, monkeypatch):
    shop = Reporter("shop", send=server, host="h", sends_by_itself=False)
    sweeps = []
    monkeypatch.setattr(rq_tasks, "_keep_sweeping", lambda *given: sweeps.append(given))
    worker = SimpleWorker([queue], connection=queue.connection)
    rq_tasks.watch_worker(worker, shop, every_s=5)
    queue.enqueue(fail, 1)
    monkeypatch.setattr(Late, "reporter", shop)
    queue.enqueue(be_late)
    do_what_waits(worker)
    assert server.tasks() == ["fail", "mail"]
    assert sweeps == [(shop, [queue], 5)]


@pytest.mark.parametrize(
    ("stored", "name", "message"),
    [
        ("", "Job failed", "It was tried as often as it may be."),
        ("Work-horse terminated unexpectedly; waitpid returned 9", "Job killed", None),
        ("Moved to FailedJobRegistry, due to AbandonedJobError", "Job abandoned", None),
        ("something else", "Job failed", "something else"),
        (f"{rq_tasks.TRACE}\n  File\n    x\nshop.errors.Bad: no: 7", "Bad", "no: 7"),
        (f"{rq_tasks.TRACE}\n  File\n    x\nKeyError", "KeyError", "KeyError"),
        (f"{rq_tasks.TRACE}\n  A\nKeyError: 1\n\n{rq_tasks.TRACE}\n  B\nE: last", "E", "last"),
    ],
)
def test_what_rq_kept_is_read(stored, name, message):
    found = rq_tasks._of_text(stored)
    assert (found["name"], found["error_message"]) == (name, message or stored)
