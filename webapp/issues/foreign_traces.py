"""Tracebacks of JavaScript, Java, Go, Ruby and PHP.

All of these but Go tell the exception first, then its frames from the innermost one outwards;
causes come after what they caused.
"""

import re
from collections.abc import Callable, Iterable

from webapp.issues.frames import Frame, Link, Raised, Trace, is_own_file, is_own_package

TYPE = r"[A-Za-z_][\w.$:\\]*"
HEAD = re.compile(rf"({TYPE}(?: \[\w+\])?)(?:: (.*))?\Z", re.DOTALL)
MOST_EXCEPTIONS = 50

JAVA_FRAME = re.compile(
    r"^[ \t]+at (?:[\w.-]+(?:@[\w.-]+)?/{1,2}|/{2})?([\w.$<>/-]+)"
    r"\((?:([\w$-]+\.\w+):(\d+)|([\w$-]+\.\w+|Native Method|Unknown Source))\)[^\n]*$",
    re.MULTILINE,
)
JAVA_CAUSE = re.compile(r"^[ \t]*Caused by: ", re.MULTILINE)
JAVA_THREAD = re.compile(r'^(?:.*\n)*?Exception in thread "[^"\n]*" ')
SUPPRESSED = re.compile(r"^[ \t]+Suppressed: ", re.MULTILINE)

SCRIPT_FRAME = re.compile(
    r"^[ \t]+at (?:(?:async )?(?:new )?([^(\n]{1,300}?) \()?(?:async )?"
    r"((?:[a-z]+://?)?[^\s()]{1,1000}?):(\d+):\d+\)?$"
    r"|^([\w.$<>/*\[\]-]{0,200})@((?:https?|file|webpack|app)[^\s]{1,1000}?):(\d+):\d+$",
    re.MULTILINE,
)
SCRIPT_CAUSE = re.compile(r"\[cause\]: |^[ \t]*Caused by: ", re.MULTILINE)
SCRIPT_NOISE = re.compile(
    r"^(?:Object|Module|exports|module|Function|global|self|window)\.|\[as .*"
)
ANONYMOUS = re.compile(r"(?:.*\.)?<anonymous>$|^$")

GO_PANIC = re.compile(r"^(panic|fatal error): (.*?)(?: \[recovered\])?$", re.MULTILINE)
GO_FRAME = re.compile(
    r"^(?:created by )?([\w./*()\[\]$·-]{1,300}?)(?:\((?:0x|\.\.\.|\{|\)|\w).{0,1000}|\))?"
    r"(?: in goroutine \d+)?\n\t(\S+\.(?:go|s)):(\d+)", re.MULTILINE,
)  # fmt: skip

RUBY_FRAME = re.compile(
    r"^[ \t]*(?:\d+: )?(?:from )?"
    r"([^\s:][^:\n]{0,500}\.(?:rb|erb|rake|haml|slim)|<internal:\w+>|\(eval[^)\n]{0,300}\)):(\d+)"
    r"(?::in [`'](.{1,300}?)')?(?=:|$)", re.MULTILINE,
)  # fmt: skip
RUBY_HEAD = re.compile(r":in [`'].{1,300}?': (.{0,2000}?) \(([A-Z][\w:]*)\)$", re.MULTILINE)
RUBY_LOG_HEAD = re.compile(r"^([A-Z][\w:]*) \((.*)\):?$", re.MULTILINE)

PHP_HEAD = re.compile(
    r"([A-Za-z_\\][\w\\]{0,300})(?:: (.{0,5000}?))? in ([^\s:]{1,1000}?\.\w{1,10}):(\d+)\n", re.S
)
PHP_FRAME = re.compile(
    r"^#\d+ (?:(.{1,1000}?)\((\d+)\)|\[internal function\]): (.{1,300}?)\(", re.MULTILINE
)
PHP_STACK = "Stack trace:\n#0"
PHP_UNCAUGHT = "Uncaught "
PHP_NEXT = "\n\nNext "


def parse(text: str) -> Trace | None:
    """The traceback in a text; None where there is none."""
    for hints, reader in READERS:
        if any(hint in text for hint in hints) and (trace := reader(text)) is not None:
            return trace
    return None


def _java(text: str) -> Trace | None:
    if JAVA_FRAME.search(text) is None:
        return None
    text = SUPPRESSED.split(JAVA_THREAD.sub("", text), maxsplit=1)[0]
    return _trace("java", (_java_exception(part) for part in JAVA_CAUSE.split(text)))


def _java_exception(part: str) -> Raised | None:
    frames = []
    for function, file, line, other in JAVA_FRAME.findall(part):
        plain = function.replace("/", ".")
        number = int(line) if line else None
        frames.append(Frame(file or other, number, plain, "", is_own_package(plain)))
    return _raised(_head(part, JAVA_FRAME), frames)


def _script(text: str) -> Trace | None:
    if SCRIPT_FRAME.search(text) is None:
        return None
    return _trace("javascript", (_script_exception(part) for part in SCRIPT_CAUSE.split(text)))


def _script_exception(part: str) -> Raised | None:
    frames = []
    for function, file, line, other, other_file, other_line in SCRIPT_FRAME.findall(part):
        name = SCRIPT_NOISE.sub("", (function or other).removeprefix("async ")).strip()
        name = "" if ANONYMOUS.match(name) else name
        path = (file or other_file).removeprefix("file://")
        frames.append(Frame(path, int(line or other_line), name, "", is_own_file(path)))
    return _raised(_head(part, SCRIPT_FRAME), frames)


def _go(text: str) -> Trace | None:
    panic = GO_PANIC.search(text)
    running = text.find("\ngoroutine ")
    if panic is None or running < 0:
        return None
    goroutine = text[running + 1 :].split("\n\n", 1)[0]
    frames = [
        Frame(file, int(line), name, "", is_own_package(name) and is_own_file(file))
        for name, file, line in GO_FRAME.findall(goroutine)
    ]
    return _trace("go", [_raised((panic[1], panic[2]), frames)])


def _ruby(text: str) -> Trace | None:
    frames = [
        Frame(file, int(line), function or "", "", is_own_file(file))
        for file, line, function in RUBY_FRAME.findall(text)
    ]
    if not frames:
        return None
    if (found := RUBY_HEAD.search(text)) is not None:
        head: tuple[str, str] | None = (found[2], found[1])
    elif (found := RUBY_LOG_HEAD.search(text)) is not None:
        head = (found[1], found[2])
    else:
        head = _head(text, RUBY_FRAME)
    return _trace("ruby", [_raised(head, frames)])


def _php(text: str) -> Trace | None:
    """The first is the cause of the next; a frame is told by where it was called from."""
    raised = [_php_exception(part) for part in text.split(PHP_NEXT)]
    return _trace("php", reversed(raised))


def _php_exception(part: str) -> Raised | None:
    start = part.find(PHP_UNCAUGHT)
    if (found := PHP_HEAD.match(part, start + len(PHP_UNCAUGHT) if start >= 0 else 0)) is None:
        return None
    file, line = found[3], int(found[4])
    frames = []
    for next_file, next_line, function in PHP_FRAME.findall(part):
        frames.append(Frame(file, line, function, "", is_own_file(file)))
        file, line = next_file or "[internal]", int(next_line or 0)
    frames.append(Frame(file, line, "{main}", "", is_own_file(file)))
    return _raised((found[1], found[2] or ""), frames)


def _head(part: str, frame: re.Pattern[str]) -> tuple[str, str] | None:
    """The type and the message that are told before the first frame."""
    found = frame.search(part)
    head = (part[: found.start()] if found else part.split("\n", 1)[0]).strip().removesuffix("{")
    for line_start in (0, head.rfind("\n") + 1):
        told = HEAD.match(head[line_start:].strip())
        if told is not None:
            return told[1].split(" [")[0], (told[2] or "").strip()
    return None


def _raised(head: tuple[str, str] | None, frames: list[Frame]) -> Raised | None:
    if head is None:
        return None
    return Raised(head[0].removeprefix("Uncaught "), head[1], tuple(reversed(frames)))


def _trace(language: str, told: Iterable[Raised | None]) -> Trace | None:
    """The trace of exceptions of which each was caused by the one after it."""
    found = [raised for raised in told if raised is not None][:MOST_EXCEPTIONS]
    if not found:
        return None
    root, *others = reversed(found)
    caused = (Raised(o.exception_type, o.message, o.frames, Link.CAUSED) for o in others)
    return Trace(language, (root, *caused))


READERS: tuple[tuple[tuple[str, ...], Callable[[str], Trace | None]], ...] = (
    (("\tat ", "    at "), _java),
    (("    at ", "@http", "@file", "@webpack"), _script),
    (("\ngoroutine ",), _go),
    ((PHP_STACK,), _php),
    ((".rb:", ".erb:", ".rake:"), _ruby),
)
