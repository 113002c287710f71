"""Programs that are not ours, with the client's folder and nothing else of us, against the API."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from tests.factories import create_token
from webapp.client.reports import Occurrences, Reports
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import receiving
from webapp.issues.models import OperationalIssue, RecurringIssue

ROOT = Path(__file__).parents[2]
BEGIN = """
import importlib.util, logging, os, sys
assert importlib.util.find_spec("webapp") is None
from watchkeeper_client import *
from watchkeeper_client import IssueHandler, Reporter, watch_task, note, rq_tasks, flask_app
reporter = Reporter("shop", os.environ["URL"], os.environ["TOKEN"], host="till-1")
"""


@contextmanager
def serving(app, port=0):
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def url(app):
    with serving(app) as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project of its own that has a copy of the client."""
    folder = tmp_path_factory.mktemp("shop")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "webapp" / "client", folder / "watchkeeper_client", ignore=ignored)
    return folder


@pytest.fixture
def start(app, folder):
    """Starts a program, `start(url, code)`."""
    running = []

    def begin(url, code, **environ):
        (folder / "program.py").write_text(BEGIN + code)
        environ |= {"URL": url, "TOKEN": create_token(app, "write"), "PYTHONPATH": ""}
        program = subprocess.Popen(
            [sys.executable, "program.py"],
            cwd=folder,
            env=os.environ | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(program)
        return program

    yield begin
    for program in running:
        program.kill()
        program.communicate()


def ended(program):
    """What the program wrote, once it has ended well."""
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0, err
    return out + err


def stored(app):
    """The operational issues that came of it, in the order in which they came."""
    with app.app_context():
        while receiving.digest_received(clock.now()):
            pass
        order = OperationalIssue.created_at, OperationalIssue.id
        return db.session.scalars(select(OperationalIssue).order_by(*order)).all()


LOGS_AND_TASKS = """
logging.getLogger().addHandler(IssueHandler(reporter, logging.WARNING))
log = logging.getLogger("shop.orders")

def place(number):
    try:
        {}["order"]
    except KeyError:
        log.exception("Order %s failed", number, extra={"order": number, "password": "hunter2"})

@watch_task(reporter)
def import_orders(page):
    note(page=page)
    raise LookupError(f"page {page} is empty")

place(7)
log.warning("Stock is low", extra={"person": "ada@example.org"})
try:
    import_orders(3)
except LookupError:
    pass
with watch_task(reporter, "nightly", expected=(ValueError,)):
    pass
if os.fork() == 0:
    reporter.report("from the child", name="Forked", task="child", severity="info")
    sys.exit(0)
os.wait()
"""


def test_what_is_logged_and_what_fails_in_tasks_is_stored_when_the_program_ends(app, url, start):
    assert ended(start(url, LOGS_AND_TASKS)) == ""
    first, second, third, fourth = stored(app)
    assert (first.name, first.error_message) == ("KeyError", "'order'")
    assert (first.task, first.severity.value) == ("shop.orders.place", "error")
    assert first.traceback.startswith("Traceback (most recent call last):")
    assert first.context["order"] == 7
    assert "hunter2" not in str(first.context)
    assert (second.error_message, second.severity.value) == ("Stock is low", "warning")
    assert second.person == "ada@example.org"
    assert (third.name, third.task) == ("LookupError", "__main__.import_orders")
    assert third.context == {"page": 3}
    assert (fourth.task, fourth.severity.value) == ("child", "info")
    assert {(each.host, each.service) for each in stored(app)} == {("till-1", "shop")}


JOBS = """
import os, signal

def fail(number):
    raise ValueError(f"no letter {number}")

def be_killed():
    os.kill(os.getpid(), signal.SIGKILL)
"""
WORKS = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of threads and forks
import jobs
from redis import Redis
from rq import Queue, Retry, Worker
redis = Redis.from_url(os.environ["REDIS"])
queue = Queue("letters", connection=redis)
queue.enqueue(jobs.fail, 1)
queue.enqueue(jobs.be_killed)
queue.enqueue(jobs.fail, 2, retry=Retry(max=1))
worker = Worker([queue], connection=redis)
rq_tasks.watch_worker(worker, reporter)
worker.work(burst=True, logging_level="CRITICAL")
print(rq_tasks.sweep_failed_jobs(reporter, [queue]), rq_tasks.sweep_failed_jobs(reporter, [queue]))
"""


def test_each_job_that_finally_fails_is_stored_once_also_one_that_was_killed(
    app, url, start, folder, redis_url
):
    (folder / "jobs.py").write_text(JOBS)
    assert ended(start(url, WORKS, REDIS=redis_url)) == "1 0\n"
    found = sorted((each.task, each.name, each.error_message[:26]) for each in stored(app))
    assert found == [
        ("jobs.be_killed", "Job killed", "Work-horse terminated unex"),
        ("jobs.fail", "ValueError", "no letter 1"),
        ("jobs.fail", "ValueError", "no letter 2"),
    ]


SERVES = """
import threading, urllib.error, urllib.request
from wsgiref.simple_server import WSGIRequestHandler, make_server
from flask import Flask
WSGIRequestHandler.log_message = lambda *_: None

app = Flask("shop")
app.logger.disabled = True
flask_app.report_errors(app, reporter, person=lambda: "ada")

@app.get("/orders/<int:number>")
def order(number):
    raise ValueError(f"no order {number}")

def plain(environ, start_response):
    raise ValueError("no page")

for served, path in ((app, "/orders/7"), (ErrorMiddleware(plain, reporter), "/plain?page=2")):
    server = make_server("127.0.0.1", 0, served)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    sys.stderr = open(os.devnull, "w")  # what the server says of it
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}{path}")
    except urllib.error.HTTPError as error:
        assert error.code == 500
    thread.join()
    server.server_close()
"""


def test_what_web_applications_do_not_handle_is_stored_with_the_request(app, url, start):
    ended(start(url, SERVES))
    first, second = stored(app)
    assert (first.task, first.person) == ("GET /orders/<int:number>", "ada")
    assert first.context["request"]["path"] == "/orders/7"
    assert (second.task, second.error_message) == ("GET /plain", "no page")
    assert second.context["request"]["parameters"] == {"page": "2"}


WAITS = """
for number in range(30):
    reporter.report("the till is stuck", name="Stuck", task="till", context={"number": number})
print("told", flush=True)
while not reporter.flush(within_s=1):
    pass
"""


def test_what_is_told_while_the_server_is_away_is_stored_when_it_is_back(app, start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    program = start(f"http://127.0.0.1:{port}", WAITS)
    assert program.stdout.readline() == "told\n"
    with serving(app, port):
        ended(program)
    assert sorted(each.context["number"] for each in stored(app)) == list(range(30))


STORM = """
for number in range(3000):
    reporter.report(f"order {number} timed out", name="Timeout", task="till")
assert reporter.flush()
"""


def test_a_storm_is_counted_to_the_last_one_and_is_one_issue(app, url, start):
    ended(start(url, STORM))
    assert 100 <= len(stored(app)) < 3000
    with app.app_context():
        (issue,) = db.session.scalars(select(RecurringIssue)).all()
        assert issue.occurrences == 3000


BAD_CLOCK = """
from datetime import UTC, datetime, timedelta
ahead = datetime.now(UTC) + timedelta(hours=2)
reporter.report("from the future", name="Late", task="till", at=ahead)
reporter.flush()
reporter.report("from the future again", name="Late", task="till", at=ahead)
reporter.report("from now", name="Late", task="till")
"""


def test_a_wrong_clock_loses_nothing(app, url, start):
    ended(start(url, BAD_CLOCK))
    messages = {each.error_message for each in stored(app)}
    assert messages == {"from the future", "from the future again", "from now"}


def test_what_is_sent_again_because_the_answer_got_lost_counts_once(app, url):
    server = Occurrences(url, create_token(app, "write"))
    body = (
        b'{"kind": "operational", "name": "Stuck", "task": "till", "error_message": "stuck",'
        b' "origin": "till-1:7"}'
    )
    for _ in range(2):
        server.deliver(Reports((body,)))
    assert len(stored(app)) == 1
    with app.app_context():
        assert db.session.scalars(select(RecurringIssue.occurrences)).all() == [1]
