"""From the sample that crosses a level to the webhook that arrives, all of it running.

RUNS (200) is how often a value crosses and comes back; half of the webhooks say that it is over.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

from bench.product import Product, new_product, percentile, report

RUNS = int(os.environ.get("RUNS", "200"))
PAUSE_S = 0.4
SERIES = {"kind": "system", "metric_type": "cpu", "name": "bench_load", "unit": "%"}
RULE = {"name": "Bench", "kind": "system", "metric_name": "bench_load", "critical": 90}


def main() -> None:
    """Let one metric cross its level again and again, and stop the time."""
    with new_product() as product, receiver() as (url, arrived):
        product.start()
        token = product.command("tokens", "create", "bench", "--scope", "write")
        calls = Calls(product, token)
        channel = calls.post("channels/", {"name": "Bench", "kind": "webhook", "url": url})
        calls.post("routes/", {"name": "All", "channel_ids": [channel["id"]], "interval_s": 0})
        calls.post("threshold-rules/", RULE)
        for number in range(RUNS):
            calls.sample(number, 1)
        time.sleep(8)  # the new series are found by their rule
        fired, over = measure(calls, arrived)
    report("sample to webhook, p50", percentile(fired, 0.5), "s", 0.3)
    report("sample to webhook, p95", percentile(fired, 0.95), "s", 1)
    print(f"  {len(fired)} runs; slowest {max(fired):.3f} s", flush=True)
    report("end to webhook, p50", percentile(over, 0.5), "s", 0.3)
    report("end to webhook, p95", percentile(over, 0.95), "s", 1)


class Calls:
    """The API over one connection that is kept."""

    def __init__(self, product: Product, token: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", product.port, timeout=10)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def post(self, path: str, body: object) -> Any:
        """POST below /api/monitoring/; the answer."""
        self.connection.request("POST", f"/api/monitoring/{path}", json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        found = answer.read()
        assert answer.status < 300, found
        return json.loads(found)

    def sample(self, host: int, value: float) -> float:
        """Send one sample; the moment at which it was sent, on the monotonic clock."""
        began = time.monotonic()
        sample = SERIES | {"host": f"bench-{host}", "value": value}
        sample |= {"timestamp": int(time.time() * 1000)}
        self.post("metrics/", {"samples": [sample]})
        return began


def measure(calls: Calls, arrived: "Queue[tuple[float, str]]") -> tuple[list[float], list[float]]:
    """Seconds from each sample to the webhook that tells of it: of beginnings and of ends."""
    fired, over = list[float](), list[float]()
    for number in range(RUNS):  # each a machine of its own: what comes and goes is told late
        for value, taken, status in ((100, fired, "firing"), (1, over, "resolved")):
            began = calls.sample(number, value)
            at, told = arrived.get(timeout=30)
            assert told == status, told
            taken.append(at - began)
            time.sleep(PAUSE_S)
    return fired, over


@contextmanager
def receiver() -> "Iterator[tuple[str, Queue[tuple[float, str]]]]":
    """A receiver of webhooks: its address, and when each came with which status."""
    arrived: Queue[tuple[float, str]] = Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            for alert in body["alerts"]:
                if "Bench" in alert["title"] or "bench_load" in alert["title"]:
                    arrived.put((time.monotonic(), alert["status"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", arrived
    finally:
        server.shutdown()
        server.server_close()
