"""An agent cut off for MINUTES (1) and killed twice meanwhile: nothing lost, nothing doubled.

DATABASE=postgresql has the product store in a PostgreSQL of its own.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from bench.product import ROOT, Product, new_product, report, wait_for
from bench.scale import postgresql
from webapp.config import load

HOST = "bench-agent"
KILLS = 2
BEFORE = 10  # moments before the cut
DRAIN_S = 70  # the longest pause of an agent is 60 s
SILENT_S = 10  # two intervals of a host that measures each second and is heard of every 5 s
KEPT = re.compile(rb"kept (\d+) with (\d+) samples")
MOMENTS = text(
    "SELECT s.at_ms, count(*) FROM metric_samples s JOIN metric_series m ON m.id = s.series_id"
    " WHERE m.source = :host GROUP BY s.at_ms"
)


class Cable:
    """Passes connections on to `target` while it is plugged in."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.plugged = True
        self.open: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            near, _ = self.listener.accept()
            if not self.plugged:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self.target))
            self.open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()

    def pull(self) -> None:
        """Cut all connections, in the middle of whatever they carry."""
        self.plugged = False
        for each in self.open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self.open = []

    def plug_in(self) -> None:
        """Let connections through again."""
        self.plugged = True


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


class Agent:
    """The agent's process, started again after a kill; its lines tell what it kept on disk."""

    def __init__(self, folder: Path, port: int, token: str) -> None:
        self.log = folder / "agent.log"
        self.spool = folder / "spool"
        self.environ = os.environ | {"WATCHKEEPER_TOKEN": token}
        self.command = [sys.executable, "-m", "webapp.agent", "--verbose", "--host", HOST]
        self.command += ["--url", f"http://127.0.0.1:{port}", "--spool", str(self.spool)]

    def start(self) -> None:
        """Start it on the same spool."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environ, stdout=log, stderr=log
            )

    def end(self, number: int) -> None:
        """Send it a signal and wait for its end."""
        self.process.send_signal(number)
        self.process.wait(30)

    def kept(self) -> dict[int, int]:
        """How many samples it wrote to disk, by moment."""
        return {int(at): int(count) for at, count in KEPT.findall(self.log.read_bytes())}


def main() -> None:
    """Cut the cable, kill the agent twice, plug it in again, and compare moment by moment."""
    seconds = 60 * float(os.environ.get("MINUTES", "1"))
    with _database() as environ, new_product(**environ) as product:
        product.start()
        cable = Cable(product.port)
        token = product.command("tokens", "create", "agent", "--scope", "write")
        agent = Agent(product.folder, cable.port, token)
        engine = _engine(product)
        agent.start()
        try:
            wait_for(lambda: len(_stored(engine)) >= BEFORE, 60)
            cable.pull()
            _go_without(agent, engine, seconds)
            cable.plug_in()
            _drain(agent, engine)
        finally:
            if agent.process.poll() is None:
                agent.end(signal.SIGTERM)
        _compare(agent.kept(), _stored(engine))
        engine.dispose()


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    """SQLite, or with DATABASE=postgresql a server of our own."""
    if os.environ.get("DATABASE", "sqlite") == "sqlite":
        yield {}
        return
    with postgresql() as (url, _):
        yield {"DATABASE_URL": url}


def _go_without(agent: Agent, engine: Engine, seconds: float) -> None:
    """Let time pass without the server, with kills on the way, and see the host called silent."""
    began = time.monotonic()
    wait_for(lambda: _is_silent(engine), seconds)
    report("cut off to called silent", time.monotonic() - began, "s", SILENT_S)
    for number in range(1, KILLS + 1):
        time.sleep(max(0.0, began + seconds * number / (KILLS + 1) - time.monotonic()))
        agent.end(signal.SIGKILL)
        agent.start()
    time.sleep(max(0.0, began + seconds - time.monotonic()))


def _drain(agent: Agent, engine: Engine) -> None:
    began, waits = time.monotonic(), agent.kept()
    wait_for(lambda: waits.keys() <= _stored(engine).keys(), DRAIN_S + 60)
    took = time.monotonic() - began
    report("reconnected to all that waited stored", took, "s", DRAIN_S)


def _compare(kept: dict[int, int], found: dict[int, int]) -> None:
    lost = sum(max(0, count - found.get(at, 0)) for at, count in kept.items())
    more = sum(max(0, found[at] - count) for at, count in kept.items() if at in found)
    untold = len(found.keys() - kept.keys())
    print(f"  {len(kept)} moments with {sum(kept.values())} samples measured, {KILLS} kills")
    print(f"  moments written in the very moment of a kill, which nobody told: {untold}")
    print(f"lost: {lost}; doubled: {more + max(0, untold - KILLS)}; limit 0 and 0", flush=True)


def _engine(product: Product) -> Engine:
    settings = load(product.environ)
    return create_engine(settings.sqlalchemy_url)


def _stored(engine: Engine) -> dict[int, int]:
    with engine.connect() as connection:
        return dict(map(tuple, connection.execute(MOMENTS, {"host": HOST})))


def _is_silent(engine: Engine) -> bool:
    question = text("SELECT is_silent FROM hosts WHERE name = :host")
    with engine.connect() as connection:
        return bool(connection.scalar(question, {"host": HOST}))
