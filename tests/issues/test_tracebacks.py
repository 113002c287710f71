import time

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


@pytest.mark.parametrize(
    "piece",
    [
        "\n",
        " ",
        "\nCaused by: ",
        "\n    at a (",
        "\n\tat a.b(",
        "    at x (a:1:2)\n",
        "(eval\n",
        "a(",
        "|",
    ]
    + ["\n  | ", "+-", "Uncaught A: ", ":in 'a", "#1 a(", '\n  File "a", line 1', "a.rb:1:in 'b'\n"]
    + ["Traceback (most recent call last):\n", "a.", "\n[cause]: ", "@http://", "\n\nNext A: "],
)
@pytest.mark.parametrize(
    "start",
    ['Traceback (most recent call last):\n  File "a", line 1, in f\n', "panic: x\n\ngoroutine 1:\n"]
    + ["Uncaught A: \nStack trace:\n#0 x", "x.rb:1\n", "E: x\n    at a (b:1:2)\n  | "],
)
def test_no_text_takes_long(start: str, piece: str) -> None:
    text = start + piece * (100_000 // len(piece))
    started = time.process_time()
    parse(text)
    assert time.process_time() - started < 2
