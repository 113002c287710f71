"""Jobs that fail and workers that died, as RQ itself leaves them behind."""

from datetime import timedelta

import pytest
from rq import SimpleWorker, Worker
from rq.executions import Execution
from rq.utils import utcformat

from webapp.core import clock, queue


def fail_on_purpose(number):
    """A job that always fails."""
    raise RuntimeError(f"broken on purpose {number}")


class Jobs:
    """Makes the state of a queue; every method needs an app context."""

    def fail(self, *numbers, name="default"):
        """Let jobs fail in a worker, one after another; their ids."""
        ttl_s = queue.FAILURE_TTL_S
        jobs = [queue.queue(name).enqueue(fail_on_purpose, n, failure_ttl=ttl_s) for n in numbers]
        worker = SimpleWorker([name], connection=queue.connection())
        worker.work(burst=True, logging_level="CRITICAL")
        return [job.id for job in jobs]

    def wait(self, name="slow"):
        """A job that nobody has taken."""
        return queue.queue(name).enqueue(fail_on_purpose, 0).id

    def worker(self, name, silent_s=0):
        """A registered worker that reported `silent_s` seconds ago."""
        worker = Worker(list(queue.QUEUES), connection=queue.connection(), name=name)
        worker.register_birth()
        worker.set_state("idle")
        self.silence(worker, silent_s)
        return worker

    def silence(self, worker, silent_s):
        """Put the worker's last report back in time."""
        at = utcformat(clock.now() - timedelta(seconds=silent_s))
        queue.connection().hset(worker.key, "last_heartbeat", at)

    def running_on(self, worker, silent_s=0, name="default"):
        """A job that `worker` took and has been silent about for `silent_s` seconds."""
        job = queue.queue(name).enqueue(fail_on_purpose, 1)
        redis = queue.connection()
        redis.lpop(f"rq:queue:{name}")
        with redis.pipeline() as pipeline:
            Execution.create(job, 70 - silent_s, pipeline, worker.name)
            worker.set_current_job_id(job.id, pipeline=pipeline)
            worker.set_state("busy", pipeline=pipeline)
            job.set_status("started", pipeline=pipeline)
            pipeline.execute()
        self.silence(worker, silent_s)
        return job


@pytest.fixture
def jobs():
    """A maker of failed, waiting and running jobs."""
    return Jobs()


@pytest.fixture
def without_redis(app, monkeypatch):
    """The same app while nothing listens where Redis should be."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    gone = Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))
    monkeypatch.setitem(app.extensions, "impatient_redis", gone)
    return app
