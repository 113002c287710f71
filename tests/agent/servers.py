"""A web server on loopback that does what a test tells it to, and remembers what it got."""

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "wk_a_token"


class Server:
    """`script` holds what to do with the next requests; after its end all is stored.

    An entry is a status, a pair of status and body, or one of "close" (no answer), "half" (an
    answer that breaks off), "hang" (until the server ends) and "lose" (stored, but not said so).
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.script: list[object] = []
        self.requests: list[dict] = []
        self.stored: dict[tuple[str, int], float] = {}
        self.doubled = 0
        self.connections = 0
        self.largest_rows: int | None = None
        self.breaks_at: int | None = None
        self.date: str | None = None
        self.ending = threading.Event()

    @property
    def moments(self) -> list[int]:
        """Every moment that is stored, in order."""
        return sorted({at_ms for _, at_ms in self.stored})

    def store(self, document: dict) -> int:
        """Keep the samples; how many are new."""
        before = len(self.stored)
        for at_ms, flat in document["rows"]:
            for place, value in zip(flat[::2], flat[1::2], strict=True):
                key = json.dumps(document["series"][place], sort_keys=True), at_ms
                self.doubled += key in self.stored
                self.stored.setdefault(key, value)
        return len(self.stored) - before


class Handler(BaseHTTPRequestHandler):
    """Answers by the script."""

    protocol_version = "HTTP/1.1"
    told: Server

    def setup(self) -> None:
        super().setup()
        self.told.connections += 1

    def do_POST(self) -> None:
        server = self.told
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        document = json.loads(body)
        server.requests.append({"headers": dict(self.headers), "path": self.path, **document})
        step = server.script.pop(0) if server.script else 200
        too_many = server.largest_rows is not None and len(document["rows"]) > server.largest_rows
        if any(at_ms == server.breaks_at for at_ms, _ in document["rows"]):
            step = 500
        if step == "hang":
            server.ending.wait(30)
            self.close_connection = True
        elif step == "close":
            self.close_connection = True
        elif step == "half":
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
        elif step == "lose":
            server.store(document)
            self.close_connection = True
        elif isinstance(step, tuple):
            self.answer(*step)
        elif step != 200 or too_many:
            self.answer(413 if too_many else step, b'{"detail":"No."}')
        else:
            new = server.store(document)
            told = {"accepted": len(document["rows"]), "new": new, "refused": []}
            self.answer(200, json.dumps(told).encode())

    def answer(self, status: int, body: bytes) -> None:
        """Send it whole."""
        self.send_response_only(status)
        if self.told.date:
            self.send_header("Date", self.told.date)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def running_server(port: int = 0) -> Iterator[Server]:
    """A server on loopback, ended afterwards."""
    handler = type("Told", (Handler,), {})
    httpd = ThreadingHTTPServer(("127.0.0.1", port), handler)
    httpd.block_on_close = False
    handler.told = server = Server(f"http://127.0.0.1:{httpd.server_port}")
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.ending.set()
        httpd.shutdown()
        httpd.server_close()
        thread.join(5)


def unused_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
