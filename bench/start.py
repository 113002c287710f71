"""From nothing to the first live metric, and a restart on the same data."""

import time

from bench.product import new_product, report, wait_for

LIVE_PATH = "/api/monitoring/metrics/?page_size=1"


def main() -> None:
    """Start on an empty folder, wait for a stored sample, stop, start again."""
    with new_product() as product:
        began = time.monotonic()
        product.start()
        token = product.command("tokens", "create", "bench", "--scope", "read")
        headers = {"Authorization": f"Bearer {token}"}
        wait_for(lambda: b'"items":[{' in product.get(LIVE_PATH, headers)[1], 60)
        report("start to first live metric", time.monotonic() - began, "s", 60)
        report("stop", product.stop(), "s", 5)
        report("restart until it serves", product.start(), "s", 5)
