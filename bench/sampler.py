"""Processor and memory of measuring each second: our agent beside its peers, all in one run."""

import getpass
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil

from bench.product import ROOT, free_port, report, wait_for

SETTLE_S = 10
WINDOW_S = int(os.environ.get("SECONDS_EACH", "60"))
MOST_MIB = 40
MOST_SHARE_MS = 15  # 1.5 % of a core
OURS, EXPORTER = "ours", "node_exporter"


def main() -> None:
    """Run all that are installed at the same time, and compare."""
    with ExitStack() as running, tempfile.TemporaryDirectory(prefix="wkb-") as name:
        folder = Path(name)
        processes = {OURS: running.enter_context(_ours(folder))}
        for peer, start in PEERS.items():
            process = running.enter_context(start(folder))
            if process is not None:
                processes[peer] = process
        time.sleep(SETTLE_S)
        spent, memory = _watch(processes)
    for who in processes:
        print(f"  {who}: {spent[who]:.2f} ms of processor each second, {memory[who]:.1f} MiB (RSS)")
    report("memory of our agent", memory[OURS], "MiB", MOST_MIB)
    report("processor of our agent, each second", spent[OURS], "ms", MOST_SHARE_MS)
    if EXPORTER in spent:
        report("processor, ours / node_exporter", spent[OURS] / spent[EXPORTER], "", 1)


def _watch(processes: dict[str, psutil.Process]) -> tuple[dict[str, float], dict[str, float]]:
    """Milliseconds of processor each second, and the most memory in MiB, by name."""
    before = {who: _cpu_s(process) for who, process in processes.items()}
    most = dict.fromkeys(processes, 0.0)
    began = time.monotonic()
    while time.monotonic() - began < WINDOW_S:
        time.sleep(1)
        for who, process in processes.items():
            most[who] = max(most[who], sum(_rss_mib(each) for each in _family(process)))
    took = time.monotonic() - began
    spent = {who: _cpu_s(process) - before[who] for who, process in processes.items()}
    return {who: 1000 * seconds / took for who, seconds in spent.items()}, most


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _cpu_s(process: psutil.Process) -> float:
    """Seconds of processor of it and of the children that it has or had."""
    return float(sum(sum(each.cpu_times()[:4]) for each in _family(process)))


def _rss_mib(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return float(process.memory_info().rss) / 2**20
    return 0.0


@contextmanager
def _ours(folder: Path) -> Iterator[psutil.Process]:
    """Our agent, which sends to a server of this process: the receiver is not counted."""
    with _sink() as port:
        command = [sys.executable, "-m", "webapp.agent", "--spool", str(folder / "spool")]
        command += ["--url", f"http://127.0.0.1:{port}"]
        environ = os.environ | {"WATCHKEEPER_TOKEN": "bench"}
        with _process(command, folder / "ours.log", environ=environ) as process:
            yield process


@contextmanager
def _sink() -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = b'{"accepted": 1, "new": 1, "refused": []}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _node_exporter(folder: Path) -> Iterator[psutil.Process | None]:
    """node_exporter with its default collectors, asked once a second."""
    binary = shutil.which("prometheus-node-exporter") or shutil.which("node_exporter")
    if binary is None:
        print("  skipped: node_exporter (apt-get install prometheus-node-exporter)")
        yield None
        return
    port = free_port()
    command = [binary, f"--web.listen-address=127.0.0.1:{port}"]
    with _process(command, folder / "node_exporter.log") as process:
        if not _comes(EXPORTER, lambda: _ask(port, "/metrics")):
            yield None
            return
        ended = threading.Event()
        asker = threading.Thread(target=_ask_each_second, args=(port, ended))
        asker.start()
        try:
            yield process
        finally:
            ended.set()
            asker.join()


def _ask_each_second(port: int, ended: threading.Event) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    headers = {"Accept-Encoding": "gzip"}  # as Prometheus asks
    while not ended.wait(1 - time.time() % 1):
        connection.request("GET", "/metrics", headers=headers)
        connection.getresponse().read()
    connection.close()


def _ask(port: int, path: str) -> bool:
    with suppress(OSError):
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        return connection.getresponse().status == 200
    return False


@contextmanager
def _netdata(folder: Path) -> Iterator[psutil.Process | None]:
    """netdata, which measures each second by itself."""
    binary = shutil.which("netdata")
    if binary is None:
        print("  skipped: netdata (apt-get install netdata-core)")
        yield None
        return
    port = free_port()
    settings = {
        "global": {"run as user": getpass.getuser(), "hostname": "bench"},
        "directories": dict.fromkeys(("config", "cache", "lib", "log"), folder),
        "web": {"bind to": f"127.0.0.1:{port}"},
    }
    lines = [
        line
        for section, values in settings.items()
        for line in (f"[{section}]", *(f"{name} = {value}" for name, value in values.items()))
    ]
    (folder / "netdata.conf").write_text("\n".join(lines) + "\n")
    command = [binary, "-D", "-c", str(folder / "netdata.conf"), "-P", str(folder / "netdata.pid")]
    with _process(command, folder / "netdata.log") as process:
        yield process if _comes("netdata", lambda: _ask(port, "/api/v1/info")) else None


@contextmanager
def _glances(folder: Path) -> Iterator[psutil.Process | None]:
    """glances, told to measure each second and to write what it finds nowhere."""
    binary = shutil.which("glances")
    if binary is None:
        print("  skipped: glances (apt-get install glances)")
        yield None
        return
    csv = str(folder / "glances.csv")
    command = [binary, "--quiet", "--time", "1", "--export", "csv", "--export-csv-file", csv]
    with _process(command, folder / "glances.log") as process:
        has_begun = _comes("glances", lambda: Path(csv).exists() and Path(csv).stat().st_size > 0)
        yield process if has_begun else None


def _comes(who: str, ready: Callable[[], bool]) -> bool:
    """Whether a peer measures soon; one that does not is left out."""
    try:
        wait_for(ready, 20)
    except SystemExit:
        print(f"  skipped: {who} is there but did not start")
        return False
    return True


PEERS = {EXPORTER: _node_exporter, "netdata": _netdata, "glances": _glances}


@contextmanager
def _process(
    command: list[str], log: Path, environ: dict[str, str] | None = None
) -> Iterator[psutil.Process]:
    with log.open("wb") as output:
        started = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output)
    try:
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait(5)
