"""What of a traceback says which trouble it is.

The innermost frame of the team's own code is where it went wrong. Where that line raises, the line
says it all; where a library raised, its message is part of it. Explicit causes count, an exception
that was merely being handled does not.
"""

import re

from webapp.issues.frames import Frame, Link, Raised, Trace
from webapp.issues.normalising import normalise

Part = tuple[str, str]
STRIKE_ANYWHERE = frozenset((
    "MemoryError", "KeyboardInterrupt", "SystemExit", "GreenletExit", "CancelledError",
    "JobTimeoutException", "SoftTimeLimitExceeded", "TimeLimitExceeded", "WorkerLostError",
    "OutOfMemoryError",
))  # fmt: skip
ENDLESS = frozenset(("RecursionError", "StackOverflowError", "SystemStackError"))
ENDLESS_MESSAGE = re.compile(r"maximum call stack size exceeded|stack overflow", re.IGNORECASE)
RAISES = re.compile(r"(?:raise|throw|abort|fail|panic|assert)\b")
CHANGING = re.compile(r"\d+|(?<=[.\-_])[0-9a-f]{6,40}(?=[.\-_])")
MOST_CAUSES = 5
MOST_MEMBERS = 10
CYCLE_LOOKED_AT = 30


def of(trace: Trace) -> list[Part]:
    """The parts, in their order, each with what it is called for people."""
    told = trace.told
    if told.short_type in STRIKE_ANYWHERE:
        return [("exception", told.short_type)]
    parts = [part for raised in _causes(trace) for part in _of_exception(raised)]
    return parts + _of_members(trace)


def _causes(trace: Trace) -> list[Raised]:
    """The exception that was told, and what the program says were its causes."""
    plain = [raised for raised in trace.chain if raised.link is not Link.MEMBER]
    found = [plain.pop()]
    while plain and found[-1].link is Link.CAUSED:
        found.append(plain.pop())
    return found[:MOST_CAUSES]


def _of_members(trace: Trace) -> list[Part]:
    members = {
        " ".join(value for _, value in _of_exception(raised))
        for raised in trace.chain
        if raised.link is Link.MEMBER
    }
    return [("member", member) for member in sorted(members)[:MOST_MEMBERS]]


def _of_exception(raised: Raised) -> list[Part]:
    parts = [("exception", raised.short_type)]
    if raised.short_type in ENDLESS or ENDLESS_MESSAGE.search(raised.message):
        return parts + _of_cycle(raised)
    own = raised.own_frames
    if own:
        parts.append(("where", _place(own[-1])))
    elif raised.frames:
        parts.append(("where", _place(raised.frames[-1])))
    if not _is_said_by_line(raised):
        parts.append(("message", normalise(raised.message)))
    return parts


def _is_said_by_line(raised: Raised) -> bool:
    last = raised.frames[-1] if raised.frames else None
    return last is not None and last.is_in_app and RAISES.match(last.code) is not None


def _of_cycle(raised: Raised) -> list[Part]:
    """Where an endless recursion ends is chance: the functions that it runs through are not."""
    frames = (raised.own_frames or raised.frames)[-CYCLE_LOOKED_AT:]
    names = [f"{_file(frame)} {_function(frame)}" for frame in frames]
    cycle = sorted({name for name in names if names.count(name) > 1} or set(names[-1:]))
    return [("where", ", ".join(cycle))]


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
