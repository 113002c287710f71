"""Charts through the API over a month and over a year of history of 100 series, on both databases.

DATABASE=sqlite (or postgresql) measures one of them; REQUESTS (60) is how often each chart is
asked. The history is written as the product would have left it: rows of two hours, a week of
sealed samples every five seconds, 30 days of minutes, hours and days.
"""

import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, create_engine, insert

from bench.product import Product, new_product, percentile, report
from bench.scale import postgresql
from webapp.core.sketch import Sketch
from webapp.metrics.models import MetricChunk, MetricKind, MetricRollup, MetricSample, MetricSeries
from webapp.metrics.packing import cut, pack
from webapp.metrics.pages import BUCKETS, DAY, HOUR, MINUTE, PAGE_MS, new_page, summed

SERIES, EVERY_S, VARIANTS = 100, 5, 8
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
RAW_DAYS, MINUTE_DAYS = 7, 30
HISTORIES = {"a month": 30, "a year": 365}
SETTLE_S = 12  # workers and scheduler have started by then
LIMITS = {"1 hour": 100, "1 day": 100, "30 days": 100, "1 year": 100}
CHARTS = {"1 hour": (1, 60), "1 day": (24, 300), "30 days": (720, 7200), "1 year": (8760, 86_400)}


def main() -> None:
    """Both databases, unless one is named."""
    wanted = os.environ.get("DATABASE", "sqlite,postgresql").split(",")
    if "sqlite" in wanted:
        compare("SQLite", "")
    if "postgresql" in wanted:
        compare("PostgreSQL", "postgresql")


def compare(name: str, kind: str) -> None:
    """A month and a year of history, and how much slower the year is."""
    medians: dict[str, dict[str, float]] = {}
    for history, days in HISTORIES.items():
        if kind:
            with postgresql() as (url, _), new_product(DATABASE_URL=url, **QUIET) as product:
                medians[history] = measure(f"{name}, {history}", product, url, days)
        else:
            with new_product(**QUIET) as product:
                url = f"sqlite:///{product.folder}/watchkeeper.db"
                medians[history] = measure(f"{name}, {history}", product, url, days)
    month, year = medians.values()
    for chart in month:
        report(
            f"{name}, {chart}: a year as many times a month", year[chart] / month[chart], "x", 1.3
        )


QUIET = {"WORKERS": "1", "METRICS_INTERVAL_S": "60"}


def measure(name: str, product: Product, url: str, days: int) -> dict[str, float]:
    """Fill, start and ask for each chart; p50 of each in ms."""
    product.start()
    token = product.command("tokens", "create", "bench", "--scope", "read")
    product.stop()
    began = time.monotonic()
    fill(url.replace("postgresql://", "postgresql+psycopg://"), days)
    print(f"  {name}: filled in {time.monotonic() - began:.0f} s", flush=True)
    product.start()
    time.sleep(SETTLE_S)
    headers = {"Authorization": f"Bearer {token}"}
    one = asked(product, "name=metric_0", 1, 10, headers)
    report(f"{name}: 1 hour of one series, p50", percentile(one, 0.5), "ms", 5)
    medians = {}
    for chart, (hours, step) in CHARTS.items():
        taken = asked(product, "host=bench", hours, step, headers)
        medians[chart] = percentile(taken, 0.5)
        report(f"{name}: {chart} of {SERIES} series, p95", percentile(taken, 0.95), "ms", 100)
        print(f"  p50 {medians[chart]:.1f} ms")
    product.stop()
    return medians


def asked(
    product: Product, which: str, hours: int, step: int, headers: dict[str, str]
) -> list[float]:
    """Milliseconds that each answer took, from the request to its last byte."""
    taken = []
    for _ in range(int(os.environ.get("REQUESTS", "60")) + 3):
        since = datetime.fromtimestamp(time.time() - hours * 3600, UTC).strftime(
            "%Y-%m-%dT%H:%M:%SZ"
        )
        path = f"/api/monitoring/metrics/?{which}&step={step}&from={since}&page_size={SERIES}"
        began = time.perf_counter()
        status, body, _ = product.get(path, headers)
        taken.append(1000 * (time.perf_counter() - began))
        assert status == 200, body
    return taken[3:]


def fill(url: str, days: int) -> None:
    """History until now, as if the product had been running all the time."""
    now_ms = int(time.time() * 1000)
    sealed_ms = (now_ms - HOUR_MS) // HOUR_MS * HOUR_MS
    variants = {tier: [page(tier, number) for number in range(VARIANTS)] for tier in BUCKETS}
    engine = create_engine(url)
    for number in range(SERIES):
        with engine.begin() as connection:
            series_id = new_series(connection, number, now_ms)
            put(connection, MetricRollup, pages(series_id, variants, now_ms, days))
            put(connection, MetricChunk, chunks(series_id, now_ms - RAW_DAYS * DAY_MS, sealed_ms))
            put(connection, MetricSample, rows(series_id, sealed_ms, now_ms))
    engine.dispose()


def new_series(connection: Connection, number: int, now_ms: int) -> int:
    """A series that is summed and folded; its id."""
    values = {
        "fingerprint": f"bench {number}", "kind": MetricKind.SYSTEM, "metric_type": "cpu",
        "name": f"metric_{number}", "unit": "%", "source": "bench", "details": {},
        "newest_ms": now_ms, "newest_value": 1.0, "created_at": datetime.now(UTC),
        "unfolded_from_ms": now_ms // HOUR_MS * HOUR_MS,
    }  # fmt: skip
    made = connection.execute(insert(MetricSeries).values(**values))
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def put(connection: Connection, table: type, found: Iterator[dict[str, object]]) -> None:
    """Insert the rows."""
    connection.execute(insert(table), list(found))


def page(tier: int, seed: int) -> tuple[bytes, bytes]:
    """A full page of percentages with one decimal place."""
    dice, made = random.Random(seed), new_page(tier)
    for number in range(BUCKETS[tier]):
        values = [dice.randrange(1000) / 10 for _ in range(12 if tier == MINUTE else 200)]
        made.put(number, summed(values), Sketch(values))
    return made.pack()


def pages(
    series_id: int, variants: dict[int, list[tuple[bytes, bytes]]], now_ms: int, days: int
) -> Iterator[dict[str, object]]:
    """Every page of every tier until now."""
    kept = {MINUTE: min(MINUTE_DAYS, days), HOUR: days, DAY: days}
    for tier, since in kept.items():
        begin_ms = (now_ms - since * DAY_MS) // PAGE_MS[tier] * PAGE_MS[tier]
        for page_ms in range(begin_ms, now_ms, PAGE_MS[tier]):
            data, sketches = variants[tier][(page_ms // PAGE_MS[tier] + series_id) % VARIANTS]
            key = {"series_id": series_id, "tier": tier, "page_ms": page_ms}
            yield key | {"data": data, "sketches": sketches}


def values(series_id: int, from_ms: int, to_ms: int) -> Iterator[tuple[int, float]]:
    """Percentages with one decimal place."""
    dice = random.Random(series_id)
    for at_ms in range(from_ms, to_ms, EVERY_S * 1000):
        yield at_ms, dice.randrange(1000) / 10


def rows(series_id: int, from_ms: int, to_ms: int) -> Iterator[dict[str, object]]:
    """Samples that are not sealed."""
    for at_ms, value in values(series_id, from_ms, to_ms):
        yield {"series_id": series_id, "at_ms": at_ms, "value": value}


def chunks(series_id: int, from_ms: int, to_ms: int) -> Iterator[dict[str, object]]:
    """Samples that are."""
    for run in cut(list(values(series_id, from_ms, to_ms))):
        times = {"started_ms": run[0][0], "ended_ms": run[-1][0]}
        yield {"series_id": series_id, "count": len(run), "data": pack(run)} | times
