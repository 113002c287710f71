"""Applications that use the client, against the real API: what they recorded is in the database."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import make_server

from tests.factories import create_token
from webapp.client import Recorder
from webapp.core.db import db
from webapp.metrics.models import ApplicationMetric, MetricSample, MetricSeries

ROOT = Path(__file__).parents[2]
PROCESSES, EACH = 4, 25
SCRIPT = """
import os, sys
from webapp.client import Recorder
shop = Recorder("shop", os.environ["URL"], os.environ["TOKEN"], interval_s=0.05)
for number in range(int(sys.argv[1])):
    shop.answered("/orders/<id>", "GET", 500 if number == 0 else 200, 2.0)
    shop.gauge("queue_size", 3, queue="mail")
    shop.flush()
"""


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def total(app: Flask, name: str) -> float:
    """The sum of all samples of that name of the service."""
    with app.app_context():
        samples = select(func.sum(MetricSample.value)).join(
            MetricSeries, MetricSeries.id == MetricSample.series_id
        )
        named = MetricSeries.source == "shop", MetricSeries.name == name
        return db.session.scalar(samples.where(*named)) or 0


def test_what_an_application_recorded_is_stored_with_all_that_it_says(app, url):
    shop = Recorder("shop", url, create_token(app, "write"), sends_by_itself=False)
    shop.count("orders", 3, country="de")
    shop.users("ada")
    assert shop.flush()
    with app.app_context():
        found = {row.name: row for row in db.session.scalars(select(ApplicationMetric))}
    assert found["orders"].value == 3
    assert (found["orders"].service, found["orders"].unit) == ("shop", "count")
    assert found["orders"].details == {"country": "de"}
    assert found["orders"].metric_type == "custom"
    assert (found["active_users"].metric_type, found["active_users"].value) == ("user_count", 1)


def test_processes_that_send_all_the_time_add_up_to_what_they_did(app, url):
    environ = os.environ | {"URL": url, "TOKEN": create_token(app, "write")}
    command = [sys.executable, "-c", SCRIPT, str(EACH)]
    running = [subprocess.Popen(command, cwd=ROOT, env=environ) for _ in range(PROCESSES)]
    assert [process.wait(60) for process in running] == [0] * PROCESSES
    assert total(app, "requests") == PROCESSES * EACH


def test_a_token_that_may_only_read_is_told_and_nothing_is_stored(app, url, caplog):
    shop = Recorder("shop", url, create_token(app, "read"), sends_by_itself=False)
    shop.count("orders")
    assert not shop.flush()
    assert "does not accept the token (403)" in caplog.text
    assert total(app, "orders") == 0


def test_one_value_that_is_refused_does_not_cost_the_others(app, url, caplog):
    shop = Recorder("shop", url, create_token(app, "write"), sends_by_itself=False)
    shop.count("a name with blanks")
    shop.count("orders", 2)
    assert shop.flush()
    assert shop.flush()
    assert total(app, "orders") == 2
    told = [r.getMessage() for r in caplog.records if r.name == "watchkeeper.client"]
    assert len(told) == 1
    assert "some metrics are refused" in told[0]
