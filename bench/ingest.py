"""Metrics through the API and stored: samples a second in batches of 1,000, on both databases.

SECONDS=10 python -m bench ingest; or only the one of them that DATABASE names. 50 hosts send 200
series each, five moments a batch, over a few connections that stay open, in both forms of the
API. The server is started as `make run` starts it, with its workers.
"""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import orjson
import psutil
from sqlalchemy import create_engine, text

from bench.idle import cpu_seconds
from bench.product import Product, new_product, percentile, report
from bench.scale import postgresql

HOSTS, SERIES, MOMENTS = 50, 200, 5
CONNECTIONS = 6
LIMITS = {"SQLite": 50_000, "PostgreSQL": 80_000}
FORMS = ("samples", "rows")
WARM_UP_S = 3.0


def main() -> None:
    """Both databases, unless one is named."""
    wanted = os.environ.get("DATABASE", "sqlite,postgresql").split(",")
    if "sqlite" in wanted:
        with new_product() as product:
            measure("SQLite", product, f"sqlite:///{product.folder}/watchkeeper.db", ())
    if "postgresql" in wanted:
        with postgresql() as (url, server), new_product(DATABASE_URL=url) as product:
            measure("PostgreSQL", product, url, server)


def measure(name: str, product: Product, url: str, server: Sequence[psutil.Process]) -> None:
    """Both forms, one after the other."""
    product.start()
    token = product.command("tokens", "create", "bench", "--scope", "write")
    for form in FORMS:
        load = Load(product.port, token, form)
        with running(load):
            time.sleep(WARM_UP_S)
            before, stored = load.taken(), count(url)
            began, cpu, server_cpu = time.monotonic(), cpu_seconds(product), cpu_of(server)
            load.delays.clear()
            time.sleep(float(os.environ.get("SECONDS", "10")))
            taken, elapsed = load.taken() - before, time.monotonic() - began
            cpu, server_cpu = cpu_seconds(product) - cpu, cpu_of(server) - server_cpu
        stored = count(url) - stored
        report(f"{name}, as {form}: accepted", taken / elapsed, "samples/s", LIMITS[name])
        own, database = cpu / taken * 1e6, server_cpu / taken * 1e6
        print(f"  processor per 1,000: ours {own:.2f} ms, the database server {database:.2f} ms")
        p50, p95 = (1000 * percentile(load.delays, share) for share in (0.5, 0.95))
        print(f"  a batch took {p50:.1f} ms (p50), {p95:.1f} ms (p95); stored {stored:,} rows")
        if load.refusals or stored < taken:
            raise SystemExit(f"refused {load.refusals[:3]}, {taken:,} taken, {stored:,} stored")


class Load:
    """Senders, each with a connection and hosts of its own, as fast as they are answered."""

    def __init__(self, port: int, token: str, form: str) -> None:
        self.port = port
        self.form = form
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.started_ms = int(time.time() * 1000) - 86_400_000
        self.counts = [0] * CONNECTIONS
        self.delays: list[float] = []
        self.refusals: list[Any] = []
        self.is_over = threading.Event()

    def taken(self) -> int:
        """Samples accepted so far."""
        return sum(self.counts)

    def run(self, number: int) -> None:
        """Send until it is over."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        hosts = range(number, HOSTS, CONNECTIONS)
        bodies = [template(self.form, f"{self.form}-{host}") for host in hosts]
        turn = 0
        while not self.is_over.is_set():
            for body in bodies:
                self.send(connection, number, filled(body, self.started_ms + turn * MOMENTS * 1000))
            turn += 1
        connection.close()

    def send(self, connection: HTTPConnection, number: int, body: bytes) -> None:
        """Send one batch and read what the server says."""
        began = time.perf_counter()
        connection.request("POST", "/api/monitoring/metrics/", body, self.headers)
        answer = connection.getresponse()
        told = orjson.loads(answer.read())
        self.delays.append(time.perf_counter() - began)
        if answer.status != 200 or told["new"] != SERIES * MOMENTS:
            self.refusals.append(told)
        else:
            self.counts[number] += told["accepted"]


@contextmanager
def running(load: Load) -> Iterator[None]:
    """The senders at work; when it ends, the last batch of each is answered."""
    threads = [threading.Thread(target=load.run, args=(n,)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        load.is_over.set()
        for thread in threads:
            thread.join()


def template(form: str, host: str) -> list[bytes]:
    """A body of SERIES * MOMENTS samples, cut where the moments belong."""
    series = [
        {"metric_type": "cpu", "name": "cpu_percent", "unit": "%", "labels": {"core": str(n)}}
        for n in range(SERIES)
    ]
    values = [[round((n * 37 + m * 11) % 1000 / 10, 1) for n in range(SERIES)] for m in range(5)]
    marks = [f"<{moment}>" for moment in range(MOMENTS)]
    if form == "rows":
        rows = [
            [mark, [each for pair in enumerate(values[m]) for each in pair]]
            for m, mark in enumerate(marks)
        ]
        body: dict[str, Any] = {"host": host, "series": series, "rows": rows}
    else:
        samples = [
            {**series[n], "value": values[m][n], "timestamp": mark}
            for m, mark in enumerate(marks)
            for n in range(SERIES)
        ]
        body = {"host": host, "samples": samples}
    whole, pieces = orjson.dumps(body), []
    for mark in marks:
        pieces.append(f'"{mark}"'.encode())
    return [whole, *pieces]


def filled(body: list[bytes], first_ms: int) -> bytes:
    """The body with moments one second apart."""
    whole = body[0]
    for moment, mark in enumerate(body[1:]):
        whole = whole.replace(mark, str(first_ms + moment * 1000).encode())
    return whole


def count(url: str) -> int:
    """Samples in the database."""
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(address)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM metric_samples")).scalar_one()
    engine.dispose()
    return int(found)


def cpu_of(server: Sequence[psutil.Process]) -> float:
    """Processor seconds of a database server and all its processes."""
    families = [each for top in server for each in (top, *top.children(recursive=True))]
    return sum(sum(process.cpu_times()[:4]) for process in families)
