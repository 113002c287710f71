"""Tracebacks of JavaScript, Java, Go, Ruby and PHP."""

from webapp.issues.frames import Trace


def parse(text: str) -> Trace | None:
    """The traceback in a text; None where there is none."""
    return None
