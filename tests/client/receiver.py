"""A real HTTP server that keeps samples as a Watchkeeper does, and can be away or misbehave."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "wk_a_token"
PATH = "/api/monitoring/metrics/"


class Receiver:
    """What arrived: the first value of each series and moment counts.

    `behave` takes the number of the request and says how to answer it: "store", "store and hang
    up" (the answer gets lost), or a status.
    """

    def __init__(self) -> None:
        self.samples: dict[tuple[Any, ...], float] = {}
        self.requests = 0
        self.behave = lambda number: "store"
        self.lock = threading.Lock()

    def store(self, document: dict[str, Any]) -> dict[str, Any]:
        new = total = 0
        for at_ms, row in document["rows"]:
            for index, value in zip(row[::2], row[1::2], strict=True):
                series = document["series"][index]
                labels = tuple(sorted(series["labels"].items()))
                key = (series["service"], series["metric_type"], series["name"], labels, at_ms)
                total += 1
                if key not in self.samples:
                    self.samples[key] = value
                    new += 1
        return {"accepted": total, "new": new, "refused": []}

    def sum(self, name: str, **labels: str) -> float:
        """All that arrived of `name` where it has these labels."""
        return sum(
            value
            for (_, _, found, pairs, _), value in self.samples.items()
            if found == name and labels.items() <= dict(pairs).items()
        )

    def moments(self, name: str) -> list[int]:
        """When there is something of `name`, in milliseconds since 1970."""
        return sorted(key[4] for key in self.samples if key[2] == name)


@contextmanager
def receiving(receiver: Receiver, port: int = 0) -> Iterator[str]:
    """The URL of `receiver`, which answers while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with receiver.lock:
                receiver.requests += 1
                how = receiver.behave(receiver.requests)
                if self.path != PATH:
                    how = 404
                if self.headers["Authorization"] != f"Bearer {TOKEN}":
                    how = 401
                found = receiver.store(json.loads(body)) if isinstance(how, str) else {}
            if how == "store and hang up":
                self.close_connection = True
                return
            answer = json.dumps(found).encode()
            self.send_response(how if isinstance(how, int) else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
