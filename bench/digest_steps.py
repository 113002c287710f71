"""The processor that each step of an occurrence costs, and what plain Python needs beside it.

DATABASE=sqlite,postgresql python -m bench digest-steps. From the bytes that were sent to the rows:
reading JSON, checking the fields, taking out secrets, fingerprinting, and writing in batches of
100. Beside it the least that any program would do: read the JSON, hash the traceback, insert a row.
"""

import hashlib
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.digest import SIZES, occurrence
from bench.lone_shift import installation
from bench.product import report
from bench.scale import postgresql

COUNT, BATCH = 600, 100
LIMIT = 300


def main() -> None:
    """Both sizes on both databases, unless one is named."""
    wanted = os.environ.get("DATABASE", "sqlite,postgresql").split(",")
    for name, size in SIZES.items():
        sent = [json.dumps(occurrence(number, size)).encode() for number in range(COUNT)]
        print(f"  {name}: plain Python {_each(lambda sent=sent: plain(sent))} us each")
        if "sqlite" in wanted:
            steps(f"SQLite, {name}", sent, "")
        if "postgresql" in wanted:
            with postgresql() as (url, _):
                steps(f"PostgreSQL, {name}", sent, url)


def steps(name: str, sent: list[bytes], url: str) -> None:
    """Each step for all of them, one after another."""
    from webapp.core import clock
    from webapp.core.db import db
    from webapp.issues import digesting, preparing, receiving

    now, found = clock.now(), {}
    with application(url):
        items = _timed(found, "JSON", lambda: [json.loads(each) for each in sent])
        read = _timed(found, "fields", lambda: [receiving.read(each, now) for each in items])
        ready = _timed(found, "secrets, fingerprint", lambda: preparing.prepare(read))

        def write() -> None:
            for start in range(0, COUNT, BATCH):
                digesting.write_down(ready[start : start + BATCH], now, keeps_all=True)
                db.session.commit()

        _timed(found, "write", write)
    print(f"  {name}: " + ", ".join(f"{step} {us:.0f} us" for step, us in found.items()))
    report(f"{name}: digested by one core", 1e6 / sum(found.values()), "occurrences/s", LIMIT)


def plain(sent: list[bytes]) -> None:
    """The same without any product: a hash, a row and a count."""
    with tempfile.TemporaryDirectory(prefix="wkb-") as folder:
        connection = sqlite3.connect(f"{folder}/plain.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE issues (fingerprint TEXT PRIMARY KEY, count INTEGER)")
        connection.execute("CREATE TABLE rows (fingerprint TEXT, body TEXT)")
        for start in range(0, COUNT, BATCH):
            connection.execute("BEGIN IMMEDIATE")
            for body in sent[start : start + BATCH]:
                fields = json.loads(body)
                key = hashlib.sha256(fields["traceback"].encode()).hexdigest()
                connection.execute(
                    "INSERT INTO issues VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
                    (key,),
                )
                connection.execute("INSERT INTO rows VALUES (?, ?)", (key, body))
            connection.execute("COMMIT")
        connection.close()


@contextmanager
def application(url: str) -> Iterator[None]:
    """The application on an empty, migrated database; no Redis."""
    from webapp import config
    from webapp.app import create_app

    with installation(url) as environ:
        app = create_app(config.load(environ))
        with app.app_context():
            yield


def _timed(found: dict[str, float], step: str, work: Callable[[], Any]) -> Any:
    began = time.process_time()
    result = work()
    found[step] = (time.process_time() - began) / COUNT * 1e6
    return result


def _each(work: Callable[[], None]) -> int:
    began = time.process_time()
    work()
    return round((time.process_time() - began) / COUNT * 1e6)
