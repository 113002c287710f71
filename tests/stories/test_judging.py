"""From facts to issues, with a real pool of workers: within a moment, once, and ended by facts."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psutil
import pytest
from redis import Redis
from rq import Queue

from tests.stories import failing
from webapp import config
from webapp.app import create_app
from webapp.core import clock
from webapp.core.db import db
from webapp.core.queue import FAILURE_TTL_S
from webapp.issues import rules
from webapp.issues.kinds import IssueStatus
from webapp.issues.leases import JUDGE
from webapp.issues.models import Fault, OperationalIssue, Overload, RecurringIssue
from webapp.issues.rule_models import JudgeMark, RuleWatch
from webapp.issues.rule_values import RuleValues
from webapp.metrics import actions
from webapp.metrics.readings import MetricKind, Sample, SeriesKey
from webapp.websites.models import Website

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30
QUICK_S = 3.0  # about one second, and room for a machine that is busy with tests
QUEUE = SeriesKey(MetricKind.APPLICATION, "queue_size", "queue_size", "jobs", "shop", ())


@pytest.fixture(scope="module")
def pool(redis_url, tmp_path_factory):
    """An application with a pool of workers, on a database and a Redis of their own."""
    redis = Redis.from_url(redis_url)
    redis.flushall()
    folder = str(tmp_path_factory.mktemp("judging"))
    own = {"REDIS_URL": redis_url, "DATA_DIR": folder, "WORKERS": "1", "LOG_LEVEL": "WARNING"}
    environ = os.environ | own
    upgrade = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(upgrade, cwd=ROOT, env=environ, check=True, capture_output=True, timeout=60)
    command = [sys.executable, "worker.py"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, start_new_session=True)
    yield create_app(config.load(own))
    family = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    process.wait(10)
    psutil.wait_procs(family, timeout=5)
    redis.flushall()


@pytest.fixture
def app(pool):
    """The application, once its pool judges."""
    with pool.app_context():
        eventually(holder)
        yield pool
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def eventually(question, within_s=PATIENCE_S):
    """The first true answer of `question`; fails when there is none within so many seconds."""
    ends_s = time.monotonic() + within_s
    while time.monotonic() < ends_s:
        db.session.rollback()
        if answer := question():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"no answer within {within_s} s")


def holder():
    return db.session.scalar(db.select(JudgeMark.held_by).where(JudgeMark.name == JUDGE))


def one(model, **like):
    return lambda: db.session.scalars(db.select(model).filter_by(**like)).first()


def measure(value):
    now_ms = clock.to_ms(clock.now())
    actions.record_samples([Sample(QUEUE, now_ms, value)])
    db.session.commit()


def test_a_metric_crosses_its_threshold_and_recovers(app):
    measure(5)
    values = RuleValues("Queue", MetricKind.APPLICATION, "queue_size", warning=100)
    rules.create(values, clock.now())
    db.session.commit()
    eventually(one(RuleWatch))
    measure(500)
    overload = eventually(one(Overload, service="shop", is_ongoing=True), QUICK_S)
    assert (overload.component_name, overload.value) == ("Queue", 500)
    issue_id = overload.recurring_issue_id
    assert eventually(one(RecurringIssue, id=issue_id)).occurrences == 1
    measure(5)
    eventually(one(Overload, id=overload.id, is_ongoing=False), QUICK_S)
    eventually(one(RecurringIssue, id=issue_id, status=IssueStatus.RESOLVED), QUICK_S)


class Answer(BaseHTTPRequestHandler):
    """200 to everybody."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments):
        """Prints nothing."""


class Shop:
    """A website on loopback that goes up and down."""

    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = found.getsockname()[1]
        self.server = None

    def up(self):
        self.server = HTTPServer(("127.0.0.1", self.port), Answer)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def down(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


@pytest.fixture
def shop():
    made = Shop()
    yield made
    made.down()


def look_at(website_id):
    db.session.execute(
        db.update(Website).where(Website.id == website_id).values(next_check_at=clock.now())
    )
    db.session.commit()


def test_a_website_goes_down_and_comes_up_and_a_killed_judge_is_succeeded(app, shop):
    shop.up()
    options = {"failures_to_down": 1, "successes_to_up": 1}
    website = Website(url=f"http://127.0.0.1:{shop.port}/", name="Shop", options=options)
    db.session.add(website)
    db.session.commit()
    website_id = website.id
    eventually(lambda: db.session.get_one(Website, website_id).status.value == "UP")
    shop.down()
    look_at(website_id)
    fault = eventually(one(Fault, service="Shop", is_ongoing=True))
    issue_id = fault.recurring_issue_id
    assert fault.error_code == "WEBSITE_DOWN"
    killed = holder()
    os.kill(int(killed.split(":")[1]), signal.SIGKILL)
    shop.up()
    look_at(website_id)
    eventually(one(Fault, service="Shop", is_ongoing=False))
    eventually(one(RecurringIssue, id=issue_id, status=IssueStatus.RESOLVED))
    assert db.session.query(Fault).filter_by(service="Shop").count() == 1
    assert holder() != killed


def test_a_job_of_ours_fails(app):
    queue = Queue("default", connection=app.extensions["redis"])
    for number in (1, 2):
        queue.enqueue(failing.send_invoice, number, failure_ttl=FAILURE_TTL_S)
        eventually(one(OperationalIssue, error_message=f"LookupError: {failing.said(number)}"))
    issue = eventually(one(RecurringIssue, subject="send_invoice"))
    assert issue.occurrences == 2
    assert "LookupError: invoice 2 is not there" in issue.message
