"""The product as `make run` starts it, in a folder of its own, on loopback; ended by process id."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import psutil

ROOT = Path(__file__).parent.parent
# As an operator installs it, a virtual environment has none of the development packages, some of
# which libraries load where they find them: PRODUCT_PYTHON names such a one's interpreter.
PYTHON = os.environ.get("PRODUCT_PYTHON", sys.executable)
PASSWORD = "a pass phrase for one benchmark"
EMAIL = "bench@example.org"


class Product:
    """One installation: its folder, its port and, while it runs, its processes."""

    def __init__(self, folder: Path, port: int, **environ: str) -> None:
        self.folder = folder
        self.port = port
        self.environ = os.environ | {"DATA_DIR": str(folder), "PORT": str(port)} | environ
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it; seconds until /healthz says 200."""
        began = time.monotonic()
        self.log = (self.folder / "bench.log").open("ab")
        self.process = subprocess.Popen(
            [PYTHON, "-m", "webapp.launch"],
            cwd=ROOT, env=self.environ, stdout=self.log, stderr=self.log, start_new_session=True,
        )  # fmt: skip
        wait_for(lambda: self.status("/healthz") == 200, 60)
        return time.monotonic() - began

    def stop(self) -> float:
        """SIGTERM; seconds until no process of it is left."""
        assert self.process is not None
        family = self.family()
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        gone, alive = psutil.wait_procs(family, timeout=10)
        assert not alive, f"left behind: {alive}"
        self.log.close()
        return time.monotonic() - began

    def family(self) -> list[psutil.Process]:
        """All its processes."""
        assert self.process is not None
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]

    def named(self, name: str) -> list[psutil.Process]:
        """Those of its processes that go by that name."""
        return [process for process in self.family() if process.name() == name]

    def command(self, *arguments: str, stdin: str = "") -> str:
        """What `flask --app wsgi ...` prints."""
        line = [PYTHON, "-m", "flask", "--app", "wsgi", *arguments]
        done = subprocess.run(
            line, cwd=ROOT, env=self.environ, input=stdin, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def status(self, path: str, headers: dict[str, str] | None = None) -> int:
        """The HTTP status of a GET, 0 when nobody answers."""
        try:
            return self.get(path, headers)[0]
        except OSError:
            return 0

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, float]:
        """Status, body and seconds to the first byte of a GET on a new connection."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            began = time.perf_counter()
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            first_byte = time.perf_counter() - began
            return response.status, response.read(), first_byte
        finally:
            connection.close()

    def sign_in(self) -> dict[str, str]:
        """Create an administrator and sign in through the form; the headers of its browser."""
        self.command("accounts", "create", EMAIL, "--role", "administrator", stdin=PASSWORD + "\n")
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/accounts/sign-in")
        page = connection.getresponse()
        cookie = page.headers["Set-Cookie"].split(";")[0]
        csrf = re.search(r'name="csrf-token" content="([^"]+)"', page.read().decode())
        assert csrf is not None
        form = urlencode({"email": EMAIL, "password": PASSWORD, "csrf_token": csrf.group(1)})
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/accounts/sign-in", form, headers)
        answer = connection.getresponse()
        assert answer.status == 303, answer.status
        cookie = answer.headers["Set-Cookie"].split(";")[0]
        connection.close()
        return {"Cookie": cookie}

    def add_websites(self, count: int, target: int, interval_s: int = 60) -> None:
        """Add websites, all on the loopback server at port `target`."""
        token = self.command("tokens", "create", "bench", "--scope", "write")
        for number in range(count):
            connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
            body = (
                f'{{"url": "http://127.0.0.1:{target}/{number}", "check_interval": {interval_s}}}'
            )
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            connection.request("POST", "/api/monitoring/websites/", body, headers)
            assert connection.getresponse().status == 201
            connection.close()


@contextmanager
def new_product(**environ: str) -> Iterator[Product]:
    """An installation in an empty folder, ended and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="wkb-"))
    product = Product(folder, free_port(), **environ)
    try:
        yield product
    finally:
        if product.process is not None and product.process.poll() is None:
            product.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def target_server() -> Iterator[int]:
    """The port of a small web server on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(ready: object, seconds: float) -> None:
    """Wait until `ready()` is true, at most so long."""
    assert callable(ready)
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {seconds} s in vain")
        time.sleep(0.02)


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def report(name: str, value: float, unit: str, limit: float) -> None:
    """One line: what was measured, its limit, and their ratio."""
    print(
        f"{name}: {value:.4g} {unit}; limit {limit:g} {unit}; ratio {value / limit:.2f}", flush=True
    )
