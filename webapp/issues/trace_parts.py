"""What of a traceback says which trouble it is.

The innermost frame of the team's own code is where it went wrong. Where that line raises, the line
says it all; where a library raised, its message is part of it. Explicit causes count, an exception
that was merely being handled does not.
"""

import re
from collections import Counter

from webapp.issues.frames import Frame, Link, Raised, Trace, is_own_package
from webapp.issues.normalising import normalise
from webapp.issues.outages import Outage, outage_in

Part = tuple[str, str]
STRIKE_ANYWHERE = frozenset((
    "MemoryError", "KeyboardInterrupt", "SystemExit", "GreenletExit", "CancelledError",
    "JobTimeoutException", "SoftTimeLimitExceeded", "TimeLimitExceeded", "WorkerLostError",
    "OutOfMemoryError",
))  # fmt: skip
SAYS_DATA = frozenset((
    "JSONDecodeError", "UnicodeDecodeError", "UnicodeEncodeError", "ParseError", "ExpatError",
    "ScannerError", "ParserError", "SyntaxError", "SAXParseException", "JsonParseException",
    "DateTimeParseException", "XMLSyntaxError", "PatternError", "re.error",
    "UnpicklingError",
))  # fmt: skip
STANDARD = frozenset((
    "Error", "TypeError", "RangeError", "ReferenceError", "EvalError", "URIError", "AbortError",
    "AggregateError", "DOMException", "TimeoutError", "AssertionError", "SystemError",
    "RuntimeError", "StandardError", "ArgumentError", "NoMethodError", "NameError", "KeyError",
    "IndexError", "FrozenError", "ZeroDivisionError", "IOError", "LoadError", "Exception",
    "ErrorException", "RuntimeException", "LogicException", "InvalidArgumentException",
    "DivisionByZeroError", "ArgumentCountError", "ValueError", "UnexpectedValueException",
    "panic", "fatal error",
))  # fmt: skip
ENDLESS = frozenset(("RecursionError", "StackOverflowError", "SystemStackError"))
ENDLESS_MESSAGE = re.compile(r"maximum call stack size exceeded|stack overflow", re.IGNORECASE)
RAISES = re.compile(r"(?:raise|throw|abort|fail|panic|assert)\b")
NAME = re.compile(r"['\"][^\W\d][\w.-]{0,99}['\"]")
CHANGING = re.compile(r"\d+|(?<=[.\-_])[0-9a-f]{6,40}(?=[.\-_])")
LONGEST_PART = 2_000
MOST_CAUSES = 5
MOST_MEMBERS = 10
CYCLE_LOOKED_AT = 30


def of(trace: Trace) -> list[Part]:
    """The parts, in their order, each with what it is called for people."""
    told = trace.told
    if told.short_type in STRIKE_ANYWHERE:
        return [("exception", told.short_type)]
    return [(name, value[:LONGEST_PART]) for name, value in _all_of(trace)]


def _all_of(trace: Trace) -> list[Part]:
    members = _of_members(trace)
    causes = _causes(trace)
    parts = [
        part for raised in causes for part in _of_exception(raised, trace.language, bool(members))
    ]
    return parts + members


def outage_of(trace: Trace) -> Outage | None:
    """The outage that the exception or one of its causes tells of."""
    found = (outage_in(f"{raised.short_type}: {raised.message}") for raised in _causes(trace))
    return next((outage for outage in found if outage), None)


def _causes(trace: Trace) -> list[Raised]:
    """The exception that was told, and what the program says were its causes."""
    plain = [raised for raised in trace.chain if raised.link is not Link.MEMBER]
    found = [plain.pop()]
    while plain and found[-1].link is Link.CAUSED and not _says_data(found[-1]):
        if _is_same(plain[-1], found[-1]):  # as another process raised it first
            found.pop()
        found.append(plain.pop())
    return found[:MOST_CAUSES]


def _is_same(cause: Raised, raised: Raised) -> bool:
    return (cause.short_type, cause.message) == (raised.short_type, raised.message)


def _says_data(raised: Raised) -> bool:
    return raised.short_type in SAYS_DATA or raised.exception_type in SAYS_DATA


def _of_members(trace: Trace) -> list[Part]:
    members = {
        " ".join(value for _, value in _of_exception(raised, trace.language))
        for raised in trace.chain
        if raised.link is Link.MEMBER
    }
    return [("member", member) for member in sorted(members)[:MOST_MEMBERS]]


def _of_exception(raised: Raised, language: str, is_group: bool = False) -> list[Part]:
    parts = [("exception", raised.short_type)]
    if raised.short_type in ENDLESS or ENDLESS_MESSAGE.search(raised.message):
        return parts + _of_cycle(raised)
    frames = raised.own_frames or raised.frames
    if frames:
        parts.append(("where", _place(frames[-1])))
    if not is_group and not _is_said_without_message(raised, language):
        parts.append(("message", _message(raised)))
    return parts


def _message(raised: Raised) -> str:
    """A key that a library misses (a column, a variable) is a name; one of our own is data."""
    is_name = raised.short_type == "KeyError" and not _is_raised_by_own(raised)
    if is_name and NAME.fullmatch(raised.message):
        return raised.message
    return normalise(raised.message)


def _is_said_without_message(raised: Raised, language: str) -> bool:
    """Whether type and place say it, and the message only with which data."""
    last = raised.frames[-1] if raised.frames else None
    if last is None:
        return False
    is_python = language == "python"
    if _says_data(raised):
        return not (is_python and last.is_in_app and not last.function)  # a mistake in own code
    if not is_python:
        return last.is_in_app and _is_own_type(raised, language)
    is_own_type = not last.code and _is_own_module(raised)
    return last.is_in_app and (is_own_type or RAISES.match(last.code) is not None)


def _is_own_module(raised: Raised) -> bool:
    """Whether the type was made in the package or module of one of the team's own frames."""
    root, dot, _ = raised.exception_type.partition(".")
    return bool(dot) and any(root in re.split(r"[/\\.]", frame.file) for frame in raised.own_frames)


def _is_raised_by_own(raised: Raised) -> bool:
    return not raised.frames or raised.frames[-1].is_in_app


def _is_own_type(raised: Raised, language: str) -> bool:
    if language == "java":
        return is_own_package(raised.exception_type)
    return raised.short_type not in STANDARD


def _of_cycle(raised: Raised) -> list[Part]:
    """Where an endless recursion ends is chance: the functions that it runs through are not."""
    frames = (raised.own_frames or raised.frames)[-CYCLE_LOOKED_AT:]
    counts = Counter(f"{_file(frame)} {_function(frame)}" for frame in frames)
    most = max(counts.values(), default=0)
    return [("where", ", ".join(sorted(name for name in counts if counts[name] * 2 >= most)))]


def _place(frame: Frame) -> str:
    code = normalise(frame.code, 300)
    return " ".join(part for part in (_file(frame), _function(frame), code) if part)


def _file(frame: Frame) -> str:
    """The file's own name, with its folder where the name says nothing; hashes and numbers out."""
    folders = frame.file.replace("\\", "/").split("?")[0].split("/")
    name = folders[-1]
    if len(folders) > 1 and name.split(".")[0] in ("__init__", "__main__", "index", "main", "mod"):
        name = f"{folders[-2]}/{name}"
    return CHANGING.sub("#", name)


def _function(frame: Frame) -> str:
    return CHANGING.sub("#", frame.function)
