"""Lines of a chart as CSV (RFC 4180): a column for each line, a row for each step. Pure."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

ROWS_AT_ONCE = 200
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
Bucket = TypeVar("Bucket")


def csv_of(
    labels: Sequence[str],
    lines: Sequence[Sequence[Bucket | None]],
    start_ms: int,
    step_ms: int,
    number: Callable[[Bucket], float],
) -> Iterator[str]:
    """The document in pieces: times in RFC 3339, and nothing where nothing was measured."""
    page = io.StringIO()
    writer = csv.writer(page)
    writer.writerow(["time", *(cell(label) for label in labels)])
    count = max(map(len, lines), default=0)
    for place in range(count):
        values = (line[place] if place < len(line) else None for line in lines)
        moment = rfc_3339(start_ms + place * step_ms)
        writer.writerow([moment, *("" if b is None else _figure(number(b)) for b in values)])
        if place % ROWS_AT_ONCE == 0:
            yield _taken(page)
    yield _taken(page)


def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def rfc_3339(at_ms: int) -> str:
    """The moment in UTC; milliseconds only where there are some."""
    spec = "milliseconds" if at_ms % 1000 else "seconds"
    moment = datetime.fromtimestamp(at_ms // 1000, UTC).replace(microsecond=at_ms % 1000 * 1000)
    return moment.isoformat(timespec=spec).replace("+00:00", "Z")


def _figure(value: float) -> str:
    """The number exactly, a whole one without a point."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _taken(page: io.StringIO) -> str:
    text = page.getvalue()
    page.seek(0)
    page.truncate()
    return text
