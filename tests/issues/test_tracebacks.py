import pytest

from webapp.issues.tracebacks import LONGEST_READ, parse

PYTHON = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    g()\nKeyError: 7\n'
SCRIPT = "TypeError: x\n    at f (/srv/a.js:3:7)\n"


@pytest.mark.parametrize(("text", "language"), [(PYTHON, "python"), (SCRIPT, "javascript")])
def test_each_language_is_found(text: str, language: str) -> None:
    trace = parse(text)
    assert trace is not None
    assert trace.language == language


def test_line_ends_of_other_systems_are_read() -> None:
    assert parse(PYTHON.replace("\n", "\r\n")) == parse(PYTHON)


@pytest.mark.parametrize("text", [None, "", "it did not work"])
def test_no_traceback_no_trace(text: str | None) -> None:
    assert parse(text) is None


def test_only_so_much_is_read() -> None:
    assert parse("x" * LONGEST_READ + PYTHON) is None
