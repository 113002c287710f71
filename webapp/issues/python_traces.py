"""Tracebacks as Python prints them: chained, groups, syntax errors, repeated lines, carets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from webapp.issues.frames import Frame, Link, Raised, Trace, is_own_file

HEADER = "Traceback (most recent call last):"
CAUSED = "The above exception was the direct cause of the following exception:"
DURING = "During handling of the above exception, another exception occurred:"
FRAME = re.compile(r' *File "(?P<file>[^"\n]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?$')
TYPE = re.compile(r"((?:[^\W\d]\w*|<locals>)(?:\.(?:[^\W\d]\w*|<locals>))*)(?:: ?(.*)|)$")
DIVIDER = re.compile(r"[+ |]*\+-[+-]*(?: (?:\d+|\.\.\.) -+)?$")
DECORATION = re.compile(r"[ |]*[|+] ?")
CARETS = re.compile(r"[ ~^]+$")
COMPREHENSIONS = frozenset(("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"))
MOST_EXCEPTIONS = 50


@dataclass(slots=True)
class _Reading:
    """What was read of the exception that is being read."""

    link: Link = Link.FIRST
    frames: list[Frame] = field(default_factory=list)
    exception_type: str = ""
    message: list[str] = field(default_factory=list)

    def done(self) -> Raised:
        """The exception as it was read."""
        message = "\n".join(self.message).strip()
        return Raised(self.exception_type, message, tuple(self.frames), self.link)


def parse(text: str) -> Trace | None:
    """The traceback in a text; None where there is none."""
    start = text.find(HEADER)
    if start < 0 and (start := _start_of_frames(text)) < 0:
        return None
    is_group = " Group Traceback" in text[max(0, start - 30) : start]
    lines = _undecorated(text[start:]) if is_group or "\n  | " in text else text[start:].split("\n")
    chain = [reading.done() for reading in _exceptions(lines) if reading.exception_type]
    if not chain or all(raised.link is Link.MEMBER for raised in chain):
        return None
    return Trace("python", tuple(chain[-MOST_EXCEPTIONS:]))


def _start_of_frames(text: str) -> int:
    """Syntax errors and cut texts have frames without the header."""
    found = re.search(r'^  File "[^"\n]+", line \d+', text, re.MULTILINE)
    return found.start() if found else -1


def _undecorated(text: str) -> list[str]:
    """The lines without the rails that a group is drawn with; a divider stays as it is."""
    lines = []
    for line in text.split("\n"):
        stripped = line.lstrip(" ")
        if stripped[:1] in ("|", "+") and not DIVIDER.match(line):
            line = DECORATION.sub("", line, count=1)
        lines.append(line)
    return lines


def _exceptions(lines: list[str]) -> Iterator[_Reading]:
    reading, code_follows = _Reading(), False
    for line in lines:
        link = _next_link(line)
        if link is not None:
            yield reading
            reading, code_follows = _Reading(link), False
        elif line.startswith(("  ", "\t")) and not reading.message:
            code_follows = _read_frame(reading, line, code_follows)
        elif not reading.exception_type:
            code_follows = False
            _read_type(reading, line)
        elif line.endswith(HEADER):  # another traceback follows in the same text
            yield reading
            reading = _Reading(Link.DURING)
        else:
            reading.message.append(line)
    yield reading


def _next_link(line: str) -> Link | None:
    if line.startswith(CAUSED):
        return Link.CAUSED
    if line.startswith(DURING):
        return Link.DURING
    return Link.MEMBER if "+-" in line and DIVIDER.match(line) else None


def _read_frame(reading: _Reading, line: str, code_follows: bool) -> bool:
    """Read one indented line; whether the next one may be the code of the frame."""
    if found := FRAME.match(line):
        file, number, function = found.groups()
        reading.frames.append(
            Frame(file, int(number), _function(reading, file, function), "", is_own_file(file))
        )
        return True
    if code_follows and not CARETS.match(line):
        last = reading.frames[-1]
        code = line.strip()
        reading.frames[-1] = Frame(last.file, last.line, last.function, code, last.is_in_app)
    return False


def _function(reading: _Reading, file: str, function: str | None) -> str:
    """Comprehensions count as the function around them, as they do since Python 3.12."""
    if function in COMPREHENSIONS and reading.frames and reading.frames[-1].file == file:
        return reading.frames[-1].function
    return function or ""


def _read_type(reading: _Reading, line: str) -> None:
    if found := TYPE.match(line):
        reading.exception_type = found[1].removeprefix("__main__.")
        reading.message.append(found[2] or "")
