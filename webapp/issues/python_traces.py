"""Tracebacks as Python prints them: chained, groups, syntax errors, repeated lines, carets."""

import re
from collections.abc import Iterator

from webapp.issues.frames import Frame, Link, Raised, Trace, is_own_file

HEADER = "Traceback (most recent call last):"
CAUSED = "The above exception was the direct cause of the following exception:"
DURING = "During handling of the above exception, another exception occurred:"
FRAME = re.compile(
    r'^ ++File "([^"\n]++)", line (\d++)(?:, in (.++))?(?:\n {4,}+(?!File ")(.++))?', re.MULTILINE
)
TYPE = re.compile(r"((?:[^\W\d]\w*|<locals>)(?:\.(?:[^\W\d]\w*|<locals>))*)(?:: ?(.*)|)\Z")
DIVIDER = re.compile(r"^[ |]*\+-[+-]*(?: (?:\d+|\.\.\.) -+)?$", re.MULTILINE)
RAILS = re.compile(r"^ *[|+] ?(?!-)", re.MULTILINE)
COMPREHENSIONS = frozenset(("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"))
MOST_EXCEPTIONS = 50
DEEPEST_GROUP = 30


def parse(text: str) -> Trace | None:
    """The traceback in a text; None where there is none."""
    if HEADER not in text and "\n  File " not in text and not text.startswith("  File "):
        return None
    if "Group " + HEADER in text or "\n  | " in text:
        text = _without_rails(text)
    chain = tuple(_exceptions(text))[-MOST_EXCEPTIONS:]
    if all(raised.link is Link.MEMBER for raised in chain):
        return None
    return Trace("python", chain)


def _without_rails(text: str) -> str:
    """The text of a group without the lines it is drawn with, but with its dividers."""
    for _ in range(DEEPEST_GROUP):
        plain = RAILS.sub("", text)
        if plain == text:
            break
        text = plain
    return text


def _exceptions(text: str) -> Iterator[Raised]:
    link = Link.FIRST
    before, *parts = text.split(HEADER)
    if not parts:  # syntax errors and cut texts have frames without the header
        parts = [before]
    for part in parts:
        body, *members = DIVIDER.split(part) if "+-" in part else [part]
        raised = _exception(body, link)
        if raised is not None:
            yield raised
        for member in members:
            if (inner := _exception(member, Link.MEMBER)) is not None:
                yield inner
        link = Link.MEMBER if members and not members[-1].strip() else _link_after(part, link)


def _link_after(part: str, link: Link) -> Link:
    """How what follows a part stands to it."""
    if part.rstrip().endswith(CAUSED):
        return Link.MEMBER if link is Link.MEMBER else Link.CAUSED
    return Link.MEMBER if link is Link.MEMBER else Link.DURING


def _exception(part: str, link: Link) -> Raised | None:
    frames: list[Frame] = []
    end = 0
    for found in FRAME.finditer(part):
        file, line, function, code = found.groups()
        if function in COMPREHENSIONS and frames and frames[-1].file == file:
            function = frames[-1].function  # as they are called since Python 3.12
        frames.append(
            Frame(file, int(line), function or "", (code or "").rstrip(), is_own_file(file))
        )
        end = found.end()
    if (told := _told(part[end:])) is None:
        return None
    return Raised(told[0], told[1], tuple(frames), link)


def _told(text: str) -> tuple[str, str] | None:
    """The type and the message that follow the frames."""
    lines = iter(text.split("\n"))
    for line in lines:
        if line[:1] in ("", " ", "\t", "[") or (found := TYPE.match(line)) is None:
            continue
        message = "\n".join((found[2] or "", *lines))
        for sentence in (CAUSED, DURING):
            message = message.rstrip().removesuffix(sentence).rstrip()
        message = message.strip().removesuffix('"""').rstrip()  # as another process quotes it
        return found[1].removeprefix("__main__."), message
    return None
