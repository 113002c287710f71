"""What our own web server is asked: how often, by whom, for what, and how long it takes.

Watchkeeper measures itself with the client that it gives to others. Each web process sums in
memory and adds to Redis every few seconds, where a collection finds it; nobody's page waits for
that. `latency_ms`, the answer time of this machine, is the growth of two counters.
"""

import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, current_app, g, request

from webapp.accounts import visits
from webapp.client import Recorder, flask_app
from webapp.client.delivery import Batch
from webapp.client.tally import Key, Tally
from webapp.config import Settings
from webapp.core import clock, counted, queue
from webapp.core.workforce import impatient_redis
from webapp.metrics.readings import OWN_SERVICE, ApplicationMetricType, Measure, Total

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
LONGEST_INTERVAL_S = 10
ANSWERS = Key("custom", "answers", "ms")  # on their way to the counters, no series
PEOPLE, SESSIONS, FEATURES = "active_users", "active_sessions", "feature_uses"
CHANGES_NOTHING = ("GET", "HEAD")


def init_app(app: Flask) -> None:
    """Record every request of `app`, from before anything of ours looks at it."""
    settings: Settings = app.extensions["settings"]
    interval_s = min(settings.metrics_interval_s, LONGEST_INTERVAL_S)
    recorder = Recorder(OWN_SERVICE, send=lambda batch: _add(app, batch), interval_s=interval_s)
    app.extensions["recorder"] = recorder
    # Runs before the functions of before_request, and so before the question who is asking.
    app.url_value_preprocessor(_start)
    app.after_request(lambda response: _note(app, recorder, response))
    flask_app.init_app(app, recorder)


def elapsed_ms() -> float:
    """Milliseconds since this request came in; 0 outside of one."""
    started: float | None = g.get("answer_started_s")
    return 0.0 if started is None else (time.perf_counter() - started) * 1000


def _start(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    g.answer_started_s = time.perf_counter()


def _note(app: Flask, recorder: Recorder, response: Response) -> Response:
    recorder.sends_by_itself = not app.testing  # a test says itself when
    if _is_question():
        recorder.time(ANSWERS.name, elapsed_ms())
    visitor = visits.current()
    if visitor.user_id is not None:
        recorder.seen(PEOPLE, visitor.user_id)
        recorder.seen(SESSIONS, visitor.session_id)
        if _is_use(response):
            recorder.count(FEATURES, feature=str(request.blueprint))
    return response


def _is_question() -> bool:
    """Whether this asks and changes nothing; a change may take its time, as a password does."""
    return request.method in CHANGES_NOTHING and request.endpoint != "static"


def _is_use(response: Response) -> bool:
    """Whether a person did this, and not a page that refreshes its panels or its charts."""
    if request.blueprint is None or "seen" in request.args:
        return False
    return request.method not in CHANGES_NOTHING or response.mimetype == "text/html"


def _add(app: Flask, batch: Batch) -> None:
    """Add what a web process summed to what all of them did."""
    with app.app_context():
        redis, tally = impatient_redis(), batch.tally
        for key, who in tally.seen.items():
            counted.note_seen(redis, key.name, who, clock.from_ms(batch.at_ms))
        counters = COUNTERS.format(host=app.extensions["settings"].own_host)
        beside: list[counted.Increment] = []
        answers = tally.timings.get(ANSWERS)
        if answers is not None:
            beside = [(counters, "ms", answers.total), (counters, "answers", answers.count)]
        others = {key: timing for key, timing in tally.timings.items() if key != ANSWERS}
        counted.add(redis, batch.identity, Tally(tally.counts, others), beside)


def read_answers() -> Iterator[Total]:
    """Milliseconds spent and answers given by the web processes of this machine."""
    key = COUNTERS.format(host=current_app.extensions["settings"].own_host)
    spent, given = queue.connection().hmget(key, "ms", "answers")
    if spent is not None and given is not None:
        yield Total(LATENCY, float(spent), float(given), scale=1)
