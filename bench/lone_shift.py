"""One check shift in a process of its own: `python -m bench.lone_shift WARM_UP_S SECONDS [CA]`.

Works on the database that the environment names and prints one line of JSON about the window
after the warm-up. `install` makes such a database and fills it with websites.
"""

import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.product import ROOT

KEY = "0123456789abcdefghijklmnopqrstuvwxyz-bench"


@dataclass(frozen=True)
class Measured:
    """A window: its seconds, the checks recorded in it and the processor seconds they took."""

    seconds: float
    checks: int
    cpu_s: float

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of processor per check."""
        return 1000 * self.cpu_s / max(1, self.checks)

    @property
    def rate(self) -> float:
        """Checks per second."""
        return self.checks / self.seconds


@contextmanager
def installation(database_url: str = "", **settings: str) -> Iterator[dict[str, str]]:
    """The environment of a new, migrated installation; no Redis, nothing runs."""
    with tempfile.TemporaryDirectory(prefix="wkb-") as folder:
        environ = os.environ | settings | {
            "DATA_DIR": folder,
            "DATABASE_URL": database_url or f"sqlite:///{folder}/bench.db",
            "SECRET_KEY": KEY,
            "ENCRYPTION_KEY": KEY,
            "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        line = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
        subprocess.run(line, cwd=ROOT, env=environ, check=True, capture_output=True)
        yield environ


def fill(database_url: str, urls: Sequence[str], interval_s: int) -> None:
    """Add the websites, each at its own slot, as if they had always been there."""
    from webapp.core import clock
    from webapp.websites.models import Website
    from webapp.websites.timing import next_due

    now = clock.now() + timedelta(seconds=2)
    rows: list[dict[str, Any]] = [
        {
            "id": n, "url": url, "name": f"Site {n}", "check_interval": interval_s, "timeout": 10,
            "next_check_at": next_due(n, interval_s, now),
        }
        for n, url in enumerate(urls, 1)
    ]  # fmt: skip
    engine = sa.create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(sa.insert(Website), rows)
    engine.dispose()


def run(
    environ: dict[str, str], warm_up_s: float, seconds: float, ca_file: Path | None
) -> Measured:
    """Run a shift against the installation and measure it."""
    line = [sys.executable, "-m", "bench.lone_shift", str(warm_up_s), str(seconds)]
    done = subprocess.run(
        [*line, *([str(ca_file)] if ca_file else [])],
        cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


class Window:
    """Looks at the clock, the processor and the checks: once after the warm-up, once at the end."""

    def __init__(self, warm_up_s: float, seconds: float) -> None:
        self.begins_s = time.monotonic() + warm_up_s
        self.seconds = seconds
        self.ends_s = 0.0
        self.looks: list[tuple[float, int, float]] = []

    def is_over(self) -> bool:
        """Whether the window has been seen to its end; asked once a turn."""
        now_s = time.monotonic()
        if now_s >= (self.ends_s if self.looks else self.begins_s):
            if not self.looks and unchecked():  # a first check also reads the certificate
                return False
            self.looks.append((now_s, checks_so_far(), cpu_s()))
            self.ends_s = now_s + self.seconds
        return len(self.looks) == 2

    def measured(self) -> Measured:
        """The difference between the two looks."""
        first, last = self.looks
        return Measured(last[0] - first[0], last[1] - first[1], last[2] - first[2])


def cpu_s() -> float:
    """Processor seconds of this process, its threads included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def checks_so_far() -> int:
    """How many checks have ever been recorded; they are numbered one by one."""
    from webapp.core.db import db
    from webapp.websites.models import MonitorCheck

    newest = db.session.scalar(sa.select(sa.func.max(MonitorCheck.id)))
    db.session.rollback()
    return newest or 0


def unchecked() -> int:
    """How many websites have never been checked."""
    from webapp.core.db import db
    from webapp.websites.models import Website

    never = sa.select(sa.func.count()).where(Website.last_checked_at.is_(None))
    found = db.session.scalar(never)
    db.session.rollback()
    return found or 0


def main() -> None:
    """Drive one shift through the window."""
    from webapp.app import create_app
    from webapp.websites.shift import Shift
    from webapp.work import GARBAGE

    warm_up_s, seconds = float(sys.argv[1]), float(sys.argv[2])
    app = create_app()
    gc.freeze()  # as the worker does
    gc.set_threshold(GARBAGE)
    with app.app_context():
        shift = Shift(app.extensions["settings"], ca_file=(sys.argv[3:] or [None])[0])
        window = Window(warm_up_s, seconds)
        try:
            shift.drive(window.is_over)
        finally:
            shift.close()
    print(json.dumps(vars(window.measured())))


if __name__ == "__main__":
    main()
