"""The process that listens for StatsD: from a plain socket to rows in the database."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.conftest import KEY, _wait_for
from webapp import statsd
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics.models import MetricSample, MetricSeries
from webapp.metrics.readings import MetricKind, Sample, SeriesKey

ROOT = Path(__file__).parent.parent


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def listening(settings, **environ):
    port = free_udp_port()
    environ = os.environ | {
        "DATABASE_URL": settings.database_url,
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": KEY,
        "ENCRYPTION_KEY": KEY,
        "STATSD_PORT": str(port),
        **environ,
    }
    command = [sys.executable, "-m", "webapp.statsd"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE)
    try:
        assert b"listening" in process.stderr.readline()
        yield process, port
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        process.stderr.close()


def send(port, *packets):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for packet in packets:
            client.sendto(packet, ("127.0.0.1", port))


def values(app):
    with app.app_context():
        found = db.session.execute(
            select(MetricSeries.source, MetricSeries.name, MetricSample.value)
            .join(MetricSample, MetricSample.series_id == MetricSeries.id)
            .order_by(MetricSample.at_ms)
        ).all()
    return {(source, name): value for source, name, value in found}


class TestProcess:
    def test_lines_become_rows_and_the_last_ones_are_stored_on_the_way_out(self, app, settings):
        with listening(settings, STATSD_FLUSH_S="0.5") as (process, port):
            send(port, b"shop.orders:1|c\nshop.orders:2|c", b"shop.pay:320|ms|#zone:b", b"nonsense")
            _wait_for(lambda: ("shop", "orders") in values(app))
            send(port, b"shop.carts:7|g")
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        found = values(app)
        assert found["shop", "orders"] == 3
        assert found["shop", "pay.count"] == 1
        assert found["shop", "carts"] == 7
        assert ("watchkeeper", "statsd_refused") in found

    def test_a_taken_port_is_told_in_one_sentence(self, settings):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            environ = os.environ | {
                "STATSD_PORT": str(other.getsockname()[1]),
                "DATA_DIR": str(settings.data_dir),
            }
            done = subprocess.run(
                [sys.executable, "-m", "webapp.statsd"],
                cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60,
            )  # fmt: skip
        assert done.returncode == 1
        assert "cannot be listened on" in done.stderr
        assert "Traceback" not in done.stderr

    def test_without_a_port_it_says_how_to_have_one(self, settings, monkeypatch):
        monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
        monkeypatch.delenv("STATSD_PORT", raising=False)
        with pytest.raises(SystemExit, match="STATSD_PORT"):
            statsd.main()


def one(value=1.0):
    key = SeriesKey(MetricKind.APPLICATION, "custom", "a", "", "shop")
    return [Sample(key, clock.to_ms(clock.now()), value)]


class TestStore:
    def test_what_is_stored_is_committed(self, app):
        assert statsd.store(app, one(5.0))
        assert values(app) == {("shop", "a"): 5}

    def test_while_the_database_is_away_it_is_to_be_tried_again(self, app, monkeypatch):
        def fail(_samples):
            raise OperationalError("INSERT", {}, Exception("database is locked"))

        monkeypatch.setattr(statsd.actions, "record_samples", fail)
        assert not statsd.store(app, one())

    def test_what_can_never_be_stored_keeps_nobody_waiting(self, app):
        assert statsd.store(app, one(float("nan")))
        assert statsd.store(app, one(2.0))
        assert values(app) == {("shop", "a"): 2}


class TestKeeper:
    def test_what_could_not_be_stored_is_stored_later_in_order(self):
        stored, is_away = [], [True]

        def store(samples):
            if is_away[0]:
                return False
            stored.append(samples)
            return True

        keeper = statsd.Keeper(store)
        keeper.put(["first"])
        keeper.put(["second"])
        _wait_for(lambda: len(keeper._waiting) == 2)
        is_away[0] = False
        keeper.put(["third"])
        keeper.close(5)
        assert stored == [["first"], ["second"], ["third"]]

    def test_only_so_many_intervals_wait_for_a_database(self):
        keeper = statsd.Keeper(lambda samples: False)
        for _ in range(statsd.MOST_WAITING + 5):
            keeper.put([])
        keeper.close(5)
        assert len(keeper._waiting) == statsd.MOST_WAITING


class TestListen:
    def test_sums_are_handed_over_in_time_and_at_the_end(self):
        listener = statsd.open_socket("127.0.0.1", 0)
        port, over, flushed = listener.getsockname()[1], threading.Event(), []
        arguments = (listener, flushed.append, 0.5, over.is_set, "here")
        thread = threading.Thread(target=statsd.listen, args=arguments)
        thread.start()
        began = time.monotonic()
        send(port, b"a:1|c")
        _wait_for(lambda: flushed)
        assert 0.3 < time.monotonic() - began < 5
        send(port, b"b:1|c")
        over.set()
        thread.join(10)
        listener.close()
        names = {sample.key.name for samples in flushed for sample in samples}
        assert {"a", "b"} <= names
