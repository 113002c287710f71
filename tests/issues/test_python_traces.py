import textwrap
import traceback
from collections.abc import Callable
from concurrent.futures.process import _RemoteTraceback

import pytest

from webapp.issues.frames import Link, Trace
from webapp.issues.python_traces import parse


def raised_by(action: Callable[[], object]) -> Trace:
    """What is read of the traceback that Python prints for an action."""
    try:
        action()
    except BaseException:
        trace = parse(traceback.format_exc())
        assert trace is not None
        return trace
    raise AssertionError("nothing was raised")


def divide(number: int) -> float:
    return 1 / number


def wrapped(number: int) -> float:
    try:
        return divide(number)
    except ZeroDivisionError as error:
        raise RuntimeError(f"no {number}\nin two lines") from error


def careless() -> None:
    try:
        divide(0)
    except ZeroDivisionError:
        {}["a"]


def grouped() -> None:
    found = []
    for action in (lambda: divide(0), lambda: int("x")):
        try:
            action()
        except (ValueError, ZeroDivisionError) as error:
            found.append(error)
    raise ExceptionGroup("two", found)


def endless(number: int) -> int:
    return endless(number + 1)


def test_type_message_and_frames_are_read() -> None:
    trace = raised_by(lambda: divide(0))
    assert (trace.exception_type, trace.message) == ("ZeroDivisionError", "division by zero")
    last = trace.frames[-1]
    assert (last.function, last.code, last.is_in_app) == ("divide", "return 1 / number", True)
    assert last.file.endswith("test_python_traces.py")


def test_an_explicit_cause_comes_first() -> None:
    trace = raised_by(lambda: wrapped(0))
    assert [(r.exception_type, r.link) for r in trace.chain] == [
        ("ZeroDivisionError", Link.FIRST), ("RuntimeError", Link.CAUSED),
    ]  # fmt: skip
    assert trace.message == "no 0\nin two lines"


def test_what_was_being_handled_is_no_cause() -> None:
    assert [r.link for r in raised_by(careless).chain] == [Link.FIRST, Link.DURING]


def test_members_of_a_group_are_told_apart() -> None:
    trace = raised_by(grouped)
    assert trace.exception_type == "ExceptionGroup"
    members = [r for r in trace.chain if r.link is Link.MEMBER]
    assert sorted(r.exception_type for r in members) == ["ValueError", "ZeroDivisionError"]
    assert {r.frames[-1].function for r in members} == {"divide", "<lambda>"}


def test_a_syntax_error_shows_the_file_that_is_wrong() -> None:
    trace = raised_by(lambda: compile("a b", "/srv/shop/wrong.py", "exec"))
    assert trace.exception_type == "SyntaxError"
    assert trace.frames[-1][:3] == ("/srv/shop/wrong.py", 1, "")


def test_repeated_frames_do_not_hide_the_exception() -> None:
    trace = raised_by(lambda: endless(0))
    assert trace.exception_type == "RecursionError"
    assert trace.frames[-1].function == "endless"


def test_what_another_process_raised_is_read() -> None:
    def remotely() -> None:
        remote = _RemoteTraceback(
            '\n"""\nTraceback (most recent call last):\n  File "/srv/a.py", line 3, in f\n'
            '    int("x")\nValueError: bad\n"""'
        )
        raise ValueError("bad") from remote

    trace = raised_by(remotely)
    assert [(r.exception_type, r.message) for r in trace.chain][-2:] == [("ValueError", "bad")] * 2
    assert trace.chain[-2].frames[-1].file == "/srv/a.py"


def test_a_comprehension_counts_as_the_function_around_it() -> None:
    trace = parse(
        'Traceback (most recent call last):\n  File "a.py", line 3, in ratios\n'
        '    return [a / b]\n  File "a.py", line 3, in <listcomp>\n    return [a / b]\n'
        "            ~~^~~\nZeroDivisionError: division by zero\n"
    )
    assert trace is not None
    assert [frame.function for frame in trace.frames] == ["ratios", "ratios"]


def test_a_traceback_within_other_text_is_found() -> None:
    text = "ERROR job 3 failed\nTraceback (most recent call last):\n" + textwrap.dedent("""\
          File "a.py", line 3, in f
        [... 900 characters left out ...]
        __main__.OddError
        """)
    trace = parse(text)
    assert trace is not None
    assert (trace.exception_type, trace.message) == ("OddError", "")


@pytest.mark.parametrize(
    "text",
    ["", "ValueError: x", "Traceback (most recent call last):", "  File \n", "+-+-- 1 ---\n" * 50]
    + ["Traceback (most recent call last):\n" * 500, '  File "a", line 1, in f\n' * 500],
)
def test_no_exception_no_trace(text: str) -> None:
    assert parse(text) is None
