"""First byte of the list of websites and of one website's 90 days, as the checks grow."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from bench.product import Product, new_product, percentile, report
from webapp.websites.summaries import Summary

REQUESTS = 100
SETTLE_S = 15  # workers and scheduler have started by then
PERIODS = 20  # of each website in 90 days
FULL_PAGE = 25  # checks at least of each website that has any, so that all pages show as many
AT = "strftime('%Y-%m-%d %H:%M:%f', {}, 'unixepoch') || '000'"


def main() -> None:
    """500 websites and a million checks; then 5,000 with ten thousand and with ten million."""
    first_list, _ = measured(500, 1_000_000)
    report("list of 500 websites, 1 million checks, first byte p50", first_list[0], "ms", 50)
    few_list, few_page = measured(5000, 10_000)
    many_list, many_page = measured(5000, 10_000_000)
    for name, few, many in (
        ("list of 5,000 websites", few_list, many_list),
        ("a website's 90 days", few_page, many_page),
    ):
        report(f"{name}, 10 million checks, first byte p95", many[1], "ms", 100)
        report(f"{name}, p50, as many times that at 10,000 checks", many[0] / few[0], "x", 1.3)


def measured(websites: int, checks: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """p50 and p95 in ms of the list and of the page, on a fresh product filled so far."""
    with new_product(WORKERS="1", METRICS_INTERVAL_S="60") as product:
        product.start()
        browser = product.sign_in()
        product.stop()
        began = time.monotonic()
        fill(product.folder / "watchkeeper.db", websites, checks)
        print(f"  filled in {time.monotonic() - began:.0f} s", flush=True)
        product.start()
        time.sleep(SETTLE_S)
        found = tuple(
            first_bytes(product, path, browser)
            for path in ("/websites/", f"/websites/{websites // 2}?days=90&range=90d")
        )
        chart, _ = first_bytes(product, f"/websites/{websites // 2}/chart.json?range=90d", browser)
        print(
            f"  {websites:,} websites, {checks:,} checks: list {found[0][0]:.1f} / "
            f"{found[0][1]:.1f} ms, page {found[1][0]:.1f} / {found[1][1]:.1f} ms (p50 / p95), "
            f"its chart {chart:.1f} ms"
        )
        return found[0], found[1]


def first_bytes(product: Product, path: str, browser: dict[str, str]) -> tuple[float, float]:
    """p50 and p95 of the time to the first byte, in ms, each on a new connection."""
    for _ in range(5):
        assert product.get(path, browser)[0] == 200, path
    before = cpu_seconds(product)
    taken = [product.get(path, browser)[2] * 1000 for _ in range(REQUESTS)]
    spent = 1000 * (cpu_seconds(product) - before) / REQUESTS
    print(f"    {path}: {spent:.1f} ms of the web server's processor each")
    return percentile(taken, 0.5), percentile(taken, 0.95)


def cpu_seconds(product: Product) -> float:
    """Processor time of the web server so far: unlike the clock it knows no neighbours."""
    return sum(sum(p.cpu_times()[:2]) for p in product.named("wk-web"))


def fill(path: Path, websites: int, checks: int) -> None:
    """Websites with their checks of every minute until now, sums and periods of 90 days."""
    now = int(time.time())
    checked = min(websites, checks // FULL_PAGE)
    values = {
        "websites": websites, "checks": checks, "now": now, "periods": PERIODS,
        "checked": checked, "first": (websites - checked) // 2 + 1,
    }  # fmt: skip
    sketches = sums()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN IMMEDIATE")
        kept = indexes(connection)
        for name in kept:
            connection.execute(f"DROP INDEX {name}")
        for statement in (WEBSITES, CHECKS, STATUS_PERIODS):
            connection.execute(statement, values)
        for span, length, number in (("hour", 3600, 48), ("day", 86_400, 91)):
            moments = {"span": span, "length": length, "number": number}
            connection.execute(ROLLUPS, values | moments | sketches)
            connection.execute(MARKS, values | moments)
        for statement in kept.values():
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def indexes(connection: sqlite3.Connection) -> dict[str, str]:
    """Those that are built after the rows, which takes a fraction of the time."""
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name IN ('monitor_checks', 'status_periods', 'check_rollups')"
    )
    return dict(rows.fetchall())


def sums() -> dict[str, bytes]:
    """The sketches of 60 checks, for every rollup the same."""
    summary = Summary()
    for number in range(60):
        total = 20 + number * 37 % 60
        summary.add("UP", (total, total / 20, total / 10, total / 5, total / 2))
    return {f"{phase}_sketch": sketch.to_bytes() for phase, sketch in summary.sketches.items()}


COUNT = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {})"
WEBSITES = f"""
INSERT INTO websites (id, url, name, check_interval, timeout, is_active, status, status_since_at,
    last_checked_at, response_time_ms, next_check_at, created_at, updated_at)
{COUNT.format(":websites")}
SELECT i + 1, 'http://site-' || i || '.example/', 'Site ' || (i * 7919 % 10007), 60, 30, 1,
    CASE i % 50 WHEN 0 THEN 'DOWN' ELSE 'UP' END, {AT.format(":now - 3600")},
    {AT.format(":now - 30")}, 20 + i % 60, '2100-01-01 00:00:00.000000',
    {AT.format(":now - 7776000")}, {AT.format(":now - 7776000")} FROM n
"""
CHECKS = f"""
INSERT INTO monitor_checks (website_id, status, http_status_code, http_method, response_time_ms,
    dns_time_ms, connect_time_ms, tls_time_ms, ttfb_ms, late_ms, checked_at, created_at)
{COUNT.format(":checks")}
SELECT i % :checked + :first, CASE i % 997 WHEN 0 THEN 'DOWN' ELSE 'UP' END, 200, 'GET',
    20.125 + i % 60, 1.017, 2.031, 4.113, 10.219, 3, at, at
FROM (SELECT i, {AT.format(":now - 60.0 * ((:checks - i) / :checked + 1)")} AS at FROM n)
"""
STATUS_PERIODS = f"""
INSERT INTO status_periods (website_id, status, started_at, ended_at)
{COUNT.format(":websites * :periods")}
SELECT i / :periods + 1, CASE i % 2 WHEN 0 THEN 'UP' ELSE 'DOWN' END,
    {AT.format(":now - 7776000 + (i % :periods) / 2 * 777600 + (i % 2) * 777000")},
    CASE WHEN i % :periods = :periods - 1 THEN NULL ELSE
    {AT.format(":now - 7776000 + (i % :periods + 1) / 2 * 777600 + ((i + 1) % 2) * 777000")} END
FROM n
"""
ROLLUPS = f"""
INSERT INTO check_rollups (website_id, span, started_at, up_count, down_count, degraded_count,
    unknown_count, total_sum_ms, total_min_ms, total_max_ms, total_p50_ms, total_sketch,
    dns_sketch, connect_sketch, tls_sketch, ttfb_sketch)
{COUNT.format(":websites * :number")}
SELECT i / :number + 1, :span, {AT.format("(:now / :length - 1 - i % :number) * :length")}, 60, 0,
    0, 0, 2970, 20, 79, 49, :total_sketch, :dns_sketch, :connect_sketch, :tls_sketch, :ttfb_sketch
FROM n
"""
MARKS = f"""
INSERT OR REPLACE INTO rollup_marks (span, rolled_until)
VALUES (:span, {AT.format(":now / :length * :length")})
"""
