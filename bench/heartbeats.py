"""Heartbeats through gunicorn, 50 connections at once: processor of each, and if any is lost."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pycurl
import sqlalchemy as sa

from bench.checks import SIDE_BY_SIDE, drive
from bench.product import Product, new_product, report

JOBS = 200
LIMIT_MS = 1.0


def main() -> None:
    """Call the addresses of 200 jobs in turn, as fast as they answer."""
    with new_product() as product:
        product.start()
        url = f"sqlite:///{product.folder}/watchkeeper.db"
        add_jobs(url)
        time.sleep(10)
        web = product.named("wk-web")

        def prepare(handle: pycurl.Curl, number: int) -> None:
            path = f"/ping/{_key(number % JOBS)}"
            handle.setopt(pycurl.URL, f"http://127.0.0.1:{product.port}{path}")

        measured = drive(prepare, lambda: _cpu_s(web))
        recorded = _recorded(product, url)
    print(f"  {measured.checks} answered, {measured.rate:.0f}/s, {SIDE_BY_SIDE} at once")
    report("heartbeat: processor of the web server each", measured.cpu_ms, "ms", LIMIT_MS)
    lost = max(0, measured.checks - recorded)
    print(f"heartbeats lost: {lost}; limit 0 ({recorded} recorded)")


def add_jobs(database_url: str) -> None:
    """Heartbeats that are up, with keys that `_key` knows."""
    from webapp.core.secrets import hash_token
    from webapp.websites.models import CheckKind, MonitorStatus, Website

    later = datetime.now(UTC) + timedelta(days=1)
    rows: list[dict[str, Any]] = [
        {
            "url": f"heartbeat://job-{n}", "name": f"Job {n}", "kind": CheckKind.HEARTBEAT,
            "status": MonitorStatus.UP, "next_check_at": later,
            "heartbeat_hash": hash_token(_key(n)),
        }
        for n in range(JOBS)
    ]  # fmt: skip
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.insert(Website), rows)
    engine.dispose()


def _key(number: int) -> str:
    return f"wkh_{number:043d}"


def _cpu_s(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def _recorded(product: Product, database_url: str) -> int:
    time.sleep(1)
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        found = connection.scalar(sa.text("SELECT count(*) FROM monitor_checks"))
    engine.dispose()
    return int(found or 0)
