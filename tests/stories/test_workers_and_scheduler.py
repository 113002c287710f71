"""Real worker pools: jobs run, exactly one scheduler is elected, and what is killed comes back."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from redis import Redis
from rq import Queue
from rq.cron import CronScheduler
from rq.job import Job

from webapp.core import standing
from webapp.core.timetable import LOCK, SlottedJob, elected_name
from webapp.metrics import system
from webapp.metrics.collector import collect_metrics
from webapp.selfcheck.jobs import sweep_dead_workers

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 30
TAKEOVER_S = 15


@pytest.fixture
def redis(redis_url):
    connection = Redis.from_url(redis_url)
    connection.flushall()
    yield connection
    connection.flushall()


@pytest.fixture
def start_pool(redis, redis_url, tmp_path):
    """Starts `python worker.py` on its own SQLite file; whatever it started is ended."""
    environ = os.environ | {
        "REDIS_URL": redis_url,
        "DATA_DIR": str(tmp_path),
        "WORKERS": "1",
        "METRICS_INTERVAL_S": "2",
        "LOG_LEVEL": "WARNING",
    }
    upgrade = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(upgrade, cwd=ROOT, env=environ, check=True, capture_output=True, timeout=60)
    started = []

    def start(*arguments):
        command = [sys.executable, "worker.py", *arguments]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environ, start_new_session=True))
        return started[-1]

    yield start
    for process in started:
        _end(process)


def _end(process):
    family = _family(process.pid)
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
    for member in family:
        if member.is_running():
            member.kill()


def _family(pid):
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def eventually(question, within=PATIENCE_S):
    """The first true answer of `question`; fails when there is none within so many seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{question.__name__} stayed false for {within} s")


def elected_pid(redis):
    name = elected_name(redis)
    return int(name.split(":")[1]) if name else None


def moments(folder):
    """When this host was read, in milliseconds since 1970."""
    with closing(sqlite3.connect(folder / "watchkeeper.db")) as connection:
        asked = "SELECT DISTINCT at_ms FROM metric_samples ORDER BY at_ms"
        return [row[0] for row in connection.execute(asked)]


def test_a_pool_runs_the_timetable_and_ends_within_five_seconds(redis, start_pool):
    pool = start_pool()
    eventually(lambda: redis.keys("rq:results:*"))
    began = time.monotonic()
    family = _family(pool.pid)
    pool.send_signal(signal.SIGTERM)
    pool.wait(5)
    assert time.monotonic() - began < 5
    assert [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []


def test_of_two_schedulers_one_is_elected_and_the_other_takes_over(redis, start_pool):
    start_pool()
    start_pool()
    eventually(lambda: len(CronScheduler.all(redis)) == 2)
    first = eventually(lambda: elected_pid(redis))
    os.kill(first, signal.SIGKILL)
    began = time.monotonic()
    second = eventually(
        lambda: (elected_pid(redis) or first) != first and elected_pid(redis), TAKEOVER_S
    )
    assert time.monotonic() - began <= TAKEOVER_S
    assert second != first
    assert redis.ttl(LOCK) > 0


def test_a_slot_is_enqueued_once_however_many_schedulers_overlap(redis):
    """Even if the lock were lost, the job's id carries its slot."""
    jobs = [SlottedJob("fast", sweep_dead_workers, interval=3600, job_timeout=60) for _ in range(3)]
    assert [job.enqueue(redis) is not None for job in jobs] == [True, False, False]
    assert len(Queue("fast", connection=redis).job_ids) == 1


def test_a_killed_worker_and_a_killed_scheduler_are_started_again(redis, start_pool):
    pool = start_pool()
    eventually(lambda: len(_family(pool.pid)) >= 2 and elected_pid(redis))
    for victim in psutil.Process(pool.pid).children():
        victim.kill()
    killed_at = time.time()

    def a_later_run_succeeded():
        keys = [k.decode().removeprefix("rq:job:") for k in redis.keys("rq:job:*")]
        runs = Job.fetch_many(keys, connection=redis)
        return any(r and r.ended_at and r.ended_at.timestamp() > killed_at + 1 for r in runs)

    eventually(a_later_run_succeeded)


def test_a_pool_reads_its_own_host_and_a_killed_collector_is_started_again(
    redis, start_pool, tmp_path
):
    pool = start_pool("--no-scheduler")

    eventually(lambda: len(moments(tmp_path)) >= 2)
    assert all(at_ms % 2000 == 0 for at_ms in moments(tmp_path))
    for victim in psutil.Process(pool.pid).children():
        victim.kill()
    killed_at_ms = time.time() * 1000
    eventually(lambda: moments(tmp_path)[-1] > killed_at_ms)


def test_two_pools_on_a_host_read_it_once(redis, start_pool, tmp_path):
    start_pool("--no-scheduler")
    start_pool("--no-scheduler")
    place = standing.key(collect_metrics, system.host_name())
    eventually(lambda: len(moments(tmp_path)) >= 3)
    assert redis.get(place) in (b"held", b"sent")
    assert all(at_ms % 2000 == 0 for at_ms in moments(tmp_path))


def test_workers_do_not_outlive_a_pool_that_is_killed(redis, start_pool):
    pool = start_pool()
    family = eventually(lambda: len(_family(pool.pid)) >= 2 and _family(pool.pid))
    pool.kill()
    pool.wait()
    _, alive = psutil.wait_procs(family, timeout=8)
    assert alive == []
