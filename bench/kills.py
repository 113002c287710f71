"""Kill -9 of web, worker, scheduler and Redis in turn under load: all come back by themselves."""

import os
import signal
import time
from datetime import datetime

import orjson
from redis import Redis

from bench.product import Product, new_product, report, target_server, wait_for

INTERVAL_S = 5
WEBSITES = 10
PAUSE_S = 20


def main() -> None:
    """Check websites every 5 s while each process is killed; then look for gaps in the checks."""
    with target_server() as target, new_product(METRICS_INTERVAL_S="1") as product:
        product.start()
        product.add_websites(WEBSITES, target, INTERVAL_S)
        token = product.command("tokens", "create", "reader", "--scope", "read")
        headers = {"Authorization": f"Bearer {token}"}
        time.sleep(PAUSE_S)
        for name, find in VICTIMS.items():
            victims = find(product)
            assert victims, f"no process for {name}"
            for victim in victims:
                os.kill(victim, signal.SIGKILL)
            began = time.monotonic()
            wait_for(lambda: product.status("/healthz") == 200, 30)
            print(
                f"  {name}: {len(victims)} killed, healthy after {time.monotonic() - began:.1f} s"
            )
            time.sleep(PAUSE_S)
        worst = max(longest_gap_s(product, headers, number + 1) for number in range(WEBSITES))
        report("longest time between two checks of a website", worst, "s", 2 * INTERVAL_S)


def longest_gap_s(product: Product, headers: dict[str, str], website: int) -> float:
    """The longest time between two neighbouring checks of a website."""
    path = f"/api/monitoring/websites/{website}/checks/?page_size=200"
    checks = orjson.loads(product.get(path, headers)[1])["items"]
    moments = sorted(datetime.fromisoformat(check["checked_at"]) for check in checks)
    assert len(moments) > PAUSE_S / INTERVAL_S, "too few checks"
    return max((b - a).total_seconds() for a, b in zip(moments, moments[1:], strict=False))


def _web(product: Product) -> list[int]:
    return [p.pid for p in product.named("wk-web")]


def _worker_pool(product: Product) -> list[int]:
    return [p.pid for p in product.named("wk-worker") if p.ppid() == product.process.pid]


def _workers(product: Product) -> list[int]:
    scheduler = set(_scheduler(product))
    pool = set(_worker_pool(product))
    return [
        p.pid for p in product.named("wk-worker") if p.ppid() in pool and p.pid not in scheduler
    ]


def _scheduler(product: Product) -> list[int]:
    redis = Redis(unix_socket_path=str(product.folder / "run" / "redis.sock"))
    name = redis.get("watchkeeper:scheduler")
    return [int(name.decode().split(":")[1])] if name else []


def _redis(product: Product) -> list[int]:
    return [p.pid for p in product.family() if "redis-server" in p.name() or "valkey" in p.name()]


VICTIMS = {
    "web": _web,
    "workers": _workers,
    "worker pool": _worker_pool,
    "scheduler": _scheduler,
    "Redis": _redis,
}
