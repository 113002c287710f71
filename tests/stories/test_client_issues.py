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
from tests.stories import foreign_programs as programs
from webapp.client.reports import Occurrences, Reports
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import receiving
from webapp.issues.models import OperationalIssue, RecurringIssue

ROOT = Path(__file__).parents[2]


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
        (folder / "program.py").write_text(programs.BEGIN + code)
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


def test_what_is_logged_and_what_fails_in_tasks_is_stored_when_the_program_ends(app, url, start):
    assert ended(start(url, programs.LOGS_AND_TASKS)) == ""
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


def test_what_ends_a_program_or_a_thread_is_stored(app, url, start):
    _, errors = start(url, programs.DIES).communicate(timeout=60)
    assert errors.rstrip().endswith("LookupError: no such shop")
    first, second = stored(app)
    assert (first.name, first.context) == ("ZeroDivisionError", {"thread": "mail"})
    assert (second.name, second.task) == ("LookupError", "program.py")


def test_each_job_that_finally_fails_is_stored_once_also_one_that_was_killed(
    app, url, start, folder, redis_url
):
    (folder / "jobs.py").write_text(programs.JOBS)
    assert ended(start(url, programs.WORKS, REDIS=redis_url)) == "1 0\n"
    found = sorted((each.task, each.name, each.error_message[:26]) for each in stored(app))
    assert found == [
        ("jobs.be_killed", "Job killed", "Work-horse terminated unex"),
        ("jobs.fail", "ValueError", "no letter 1"),
        ("jobs.fail", "ValueError", "no letter 2"),
    ]


def test_what_web_applications_do_not_handle_is_stored_with_the_request(app, url, start):
    ended(start(url, programs.SERVES))
    first, second = stored(app)
    assert (first.task, first.person) == ("GET /orders/<int:number>", "ada")
    assert first.context["request"]["path"] == "/orders/7"
    assert (second.task, second.error_message) == ("GET /plain", "no page")
    assert second.context["request"]["parameters"] == {"page": "2"}


def test_what_is_told_while_the_server_is_away_is_stored_when_it_is_back(app, start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    program = start(f"http://127.0.0.1:{port}", programs.WAITS)
    assert program.stdout.readline() == "told\n"
    with serving(app, port):
        ended(program)
    assert sorted(each.context["number"] for each in stored(app)) == list(range(30))


def test_a_storm_is_counted_to_the_last_one_and_is_one_issue(app, url, start):
    ended(start(url, programs.STORM))
    assert 100 <= len(stored(app)) < 3000
    with app.app_context():
        (issue,) = db.session.scalars(select(RecurringIssue)).all()
        assert issue.occurrences == 3000


def test_a_wrong_clock_loses_nothing(app, url, start):
    ended(start(url, programs.BAD_CLOCK))
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
