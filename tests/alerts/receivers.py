"""A receiver of webhooks on loopback that keeps what it got, and answers as it is told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(BaseHTTPRequestHandler):
    """Answers with the status that is next, 200 when none is left."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server: Any = self.server
        with server.lock:
            status = server.statuses.pop(0) if server.statuses else 200
            server.got.append((status, {k.lower(): v for k, v in self.headers.items()}, body))
        if status == 0:  # closes without an answer: whether it was taken is not known
            self.close_connection = True
            return
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "120")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Stay silent."""


class Server(ThreadingHTTPServer):
    """The receiver, with what it got: status, headers and body of each."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.lock = threading.Lock()
        self.statuses: list[int] = []
        self.got: list[tuple[int, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/hook"

    def taken(self) -> list[dict[str, Any]]:
        """The documents that were answered with 200, in order."""
        return [json.loads(body) for status, _, body in self.got if status == 200]


@contextmanager
def receiver() -> Iterator[Server]:
    """A receiver that listens until the end of the block."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
