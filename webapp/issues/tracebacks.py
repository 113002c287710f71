"""Which exceptions and frames a traceback tells of, whatever program printed it."""

from functools import lru_cache

from webapp.issues import foreign_traces, python_traces
from webapp.issues.frames import Frame, Link, Raised, Trace

__all__ = ["LONGEST_READ", "Frame", "Link", "Raised", "Trace", "parse"]

LONGEST_READ = 300_000


@lru_cache(maxsize=32)
def parse(text: str | None) -> Trace | None:
    """The traceback in a text of up to `LONGEST_READ` characters, or None if it shows none.

    A storm brings the same tracebacks over and over: the latest are remembered.
    """
    if not text:
        return None
    text = text[:LONGEST_READ].replace("\r\n", "\n")
    return python_traces.parse(text) or foreign_traces.parse(text)
