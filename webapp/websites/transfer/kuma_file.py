"""Reads the SQLite file of an Uptime Kuma. It is opened to read only, and left as it is."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from webapp.websites.transfer.document import Complaint, Unreadable
from webapp.websites.transfer.kuma import Tables

MOST_ROWS = 50_000
LONGEST_VALUE = 5_000_000
PATIENCE_STEPS = 20_000  # thousands of SQLite's own instructions in one statement
COUNTED = {
    "notification": "notifications", "status_page": "status pages", "maintenance": "maintenance",
    "incident": "incidents",
}  # fmt: skip


def read(path: Path) -> Tables:
    """What the file says about monitors; `Unreadable` when it is not a file of Uptime Kuma."""
    try:
        with _opened(path) as file:
            return _tables(file)
    except (sqlite3.Error, OverflowError, MemoryError) as error:
        raise _refusal(f"This is not a readable SQLite file of Uptime Kuma: {error}.") from error


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, untrusted: no functions hidden in its schema, nothing huge, nothing endless."""
    journal = path.with_name(path.name + "-wal")
    # Without a journal beside it SQLite need not be told of other writers, and makes no files.
    mode = "mode=ro" if journal.exists() and journal.stat().st_size else "mode=ro&immutable=1"
    with closing(sqlite3.connect(f"file:{quote(str(path))}?{mode}", uri=True)) as file:
        file.row_factory = sqlite3.Row
        file.text_factory = lambda raw: raw.decode(errors="replace").replace("\0", "")
        file.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        file.execute("PRAGMA trusted_schema = OFF")
        file.execute("PRAGMA query_only = ON")
        steps = iter(range(PATIENCE_STEPS))
        file.set_progress_handler(lambda: next(steps, None) is None, 1000)
        yield file


def _tables(file: sqlite3.Connection) -> Tables:
    known = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = {row["name"] for row in known}
    if "monitor" not in names:
        raise _refusal("There is no table of monitors in it.")
    monitors = _rows(file, "SELECT * FROM monitor ORDER BY id")
    if any(not isinstance(row.get("id"), int) or "type" not in row for row in monitors):
        raise _refusal("Its table of monitors is not one of Uptime Kuma.")
    has_tags = {"tag", "monitor_tag"} <= names
    proxies = _rows(file, "SELECT * FROM proxy") if "proxy" in names else []
    counts = {text: _count(file, name) for name, text in COUNTED.items() if name in names}
    return Tables(
        monitors, _tags(file) if has_tags else {}, {row["id"]: row for row in proxies}, counts
    )


def _tags(file: sqlite3.Connection) -> dict[int, list[str]]:
    query = (
        "SELECT monitor_tag.monitor_id, tag.name, monitor_tag.value FROM monitor_tag"
        " JOIN tag ON tag.id = monitor_tag.tag_id ORDER BY monitor_tag.monitor_id, tag.name"
    )
    found: dict[int, list[str]] = {}
    for row in _rows(file, query):
        text = f"{row['name']}: {row['value']}" if row["value"] else str(row["name"])
        found.setdefault(row["monitor_id"], []).append(text)
    return found


def _rows(file: sqlite3.Connection, query: str) -> list[dict[str, Any]]:
    rows = file.execute(query).fetchmany(MOST_ROWS + 1)
    if len(rows) > MOST_ROWS:
        raise _refusal(f"It has more than {MOST_ROWS} rows of one kind.")
    return [dict(row) for row in rows]


def _count(file: sqlite3.Connection, table: str) -> int:
    return int(file.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def _refusal(message: str) -> Unreadable:
    return Unreadable([Complaint("file", message)])
