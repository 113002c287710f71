"""First byte of the front page, and an unchanged panel asked for 50 times a second."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

from bench.product import Product, new_product, percentile, report, target_server, wait_for

REQUESTS = 200
RATE_PER_S = 50
SECONDS = 10


def main() -> None:
    """Warm up with real data, then measure both, beside /healthz in the same run."""
    with target_server() as target, new_product(METRICS_INTERVAL_S="5") as product:
        product.start()
        product.add_websites(10, target)
        browser = product.sign_in()
        wait_for(lambda: b'class="spark' in product.get("/", browser)[1], 60)
        time.sleep(15)
        first_byte = [product.get("/", browser)[2] * 1000 for _ in range(REQUESTS)]
        health = [product.get("/healthz")[2] * 1000 for _ in range(REQUESTS)]
        report("front page first byte p95", percentile(first_byte, 0.95), "ms", 30)
        print(
            f"  p50 {percentile(first_byte, 0.5):.1f} ms, "
            f"{_times(first_byte, health):.1f} times /healthz"
        )
        report("front page", len(product.get("/", browser)[1]) / 1000, "KB", 100)
        unchanged(product, browser)


def _times(one: list[float], other: list[float]) -> float:
    return percentile(one, 0.5) / percentile(other, 0.5)


def unchanged(product: Product, browser: dict[str, str]) -> None:
    """Ask for one panel with the version it shows, at a steady rate on new connections."""
    headers = browser | {"HX-Request": "true"}
    path = newest_version(product, browser)
    taken, statuses = [], []

    def ask(due: float, path: str) -> None:
        time.sleep(max(0, due - time.perf_counter()))
        status, _, seconds = product.get(path, headers)
        taken.append(seconds * 1000)
        statuses.append(status)

    with ThreadPoolExecutor(8) as pool:
        began = time.perf_counter()
        for number in range(RATE_PER_S * SECONDS):
            pool.submit(ask, began + number / RATE_PER_S, path)
    share = statuses.count(204) / len(statuses)
    report("unchanged panel p95 at 50/s", percentile(taken, 0.95), "ms", 10)
    print(f"  p50 {percentile(taken, 0.5):.1f} ms, {share:.0%} answered 204")


def newest_version(product: Product, browser: dict[str, str]) -> str:
    """The refresh URL of the panel that changes least, as the page carries it."""
    page = product.get("/", browser)[1].decode()
    urls = re.findall(r'hx-get="([^"]+seen=[^"]*)"', page)
    assert urls, "the front page has no panel that refreshes itself"
    changes = [u for u in urls if "changes" in u]
    return (changes or urls)[0].replace("&amp;", "&")
