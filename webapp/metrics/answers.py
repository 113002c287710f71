"""How long our own web server takes to answer.

Each web process adds the time of every answer to a GET to two counters in Redis; a collection
reads how much both grew. One round trip to Redis for each, and nothing when Redis is away.
"""

import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, g, request
from redis import RedisError

from webapp.core import queue
from webapp.core.workforce import impatient_redis
from webapp.metrics import system
from webapp.metrics.readings import ApplicationMetricType, Measure, Total

LATENCY = Measure(
    ApplicationMetricType.RESPONSE_TIME,
    "latency_ms",
    "ms",
    "Answer time",
    "Mean time Watchkeeper's web server took to answer a question (GET).",
    "answers",
)
MEASURES = (LATENCY,)
COUNTERS = "watchkeeper:answers:{host}"
PAUSE_S = 10.0


def init_app(app: Flask) -> None:
    """Time every request of `app`, from before anything of ours looks at it."""
    app.extensions["answers_paused_until"] = 0.0
    # Runs before the functions of before_request, and so before the question who is asking.
    app.url_value_preprocessor(_start)
    app.after_request(lambda response: _count(app, response))


def elapsed_ms() -> float:
    """Milliseconds since this request came in; 0 outside of one."""
    started: float | None = g.get("answer_started_s")
    return 0.0 if started is None else (time.perf_counter() - started) * 1000


def _start(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    g.answer_started_s = time.perf_counter()


def _count(app: Flask, response: Response) -> Response:
    if not _counts() or time.monotonic() < app.extensions["answers_paused_until"]:
        return response
    key = COUNTERS.format(host=system.host_name())
    try:
        with impatient_redis().pipeline(transaction=False) as pipeline:
            pipeline.hincrbyfloat(key, "ms", elapsed_ms())
            pipeline.hincrby(key, "answers", 1)
            pipeline.execute()
    except RedisError:
        # Each try may wait for a server that is gone; nobody's page shall wait with it.
        app.extensions["answers_paused_until"] = time.monotonic() + PAUSE_S
    return response


def _counts() -> bool:
    """Whether this is a question; a change may take its time (a password is slow to check)."""
    return request.method in ("GET", "HEAD") and request.endpoint != "static"


def read_answers() -> Iterator[Total]:
    """Milliseconds spent and answers given by the web processes of this machine."""
    key = COUNTERS.format(host=system.host_name())
    spent, given = queue.connection().hmget(key, "ms", "answers")
    if spent is not None and given is not None:
        yield Total(LATENCY, float(spent), float(given), scale=1)
