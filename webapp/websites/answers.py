"""Is an answer what was expected? Pure.

Status, headers, keywords and JSON are judged at once; a pattern, which may take long, has a
function of its own that stops after `PATTERN_S` and runs outside the interpreter's lock.
"""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from http.client import responses

import orjson
import regex

from webapp.websites import statements
from webapp.websites.failures import Failure, Reason
from webapp.websites.options import CheckOptions

READ_BYTES = 1024 * 1024
PATTERN_S = 1.0
CHARSET = regex.compile(r"charset=\"?([\w.:-]{1,40})", regex.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: its head as it came, and as much of the body as was kept."""

    status: int | None
    head: bytes = b""
    body: bytes = b""
    is_cut: bool = False

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers by their names in lower case, several of a name joined by commas."""
        found: dict[str, str] = {}
        for line in self.head.decode("latin-1").splitlines()[1:]:
            name, colon, value = line.partition(":")
            if colon:
                key = name.strip().lower()
                found[key] = ", ".join(filter(None, (found.get(key), value.strip())))
        return found

    @cached_property
    def text(self) -> str:
        """The body as text, in the character set that the answer names, else UTF-8."""
        match = CHARSET.search(self.headers.get("content-type", ""))
        try:
            name = codecs.lookup(match[1]).name if match else "utf-8"
            return self.body.decode(name, "replace")
        except (LookupError, ValueError):
            return self.body.decode("utf-8", "replace")


def objection(options: CheckOptions, answer: Answer) -> Failure | None:
    """The first thing about the answer that was not expected, the pattern aside."""
    return next((found for judge in _JUDGES if (found := judge(options, answer))), None)


def pattern_objection(pattern: str, text: str) -> Failure | None:
    """Whether the pattern is missing in the text, or could not be found in time."""
    try:
        found = regex.search(pattern, text, timeout=PATTERN_S, concurrent=True)
    except TimeoutError:
        return Failure(Reason.PATTERN, f"The pattern was not found within {PATTERN_S:g} s.")
    except (regex.error, MemoryError):
        return Failure(Reason.MONITOR, "The pattern could not be tried.")
    return None if found else Failure(Reason.PATTERN, "The answer does not fit the pattern.")


def _status(options: CheckOptions, answer: Answer) -> Failure | None:
    if answer.status is not None and statements.is_expected(answer.status, options.expected_status):
        return None
    return Failure(Reason.STATUS, f"The answer was HTTP {_named(answer.status)}.")


def _named(status: int | None) -> str:
    if status is None:
        return "without a status"
    return f"{status} {responses.get(status, '')}".rstrip()


def _headers(options: CheckOptions, answer: Answer) -> Failure | None:
    for text in options.header_assertions:
        if not statements.is_true(statements.header_statement(text), answer.headers):
            return Failure(Reason.HEADER, f"This does not hold for the headers: {text}.")
    return None


def _keyword(options: CheckOptions, answer: Answer) -> Failure | None:
    if options.keyword and options.keyword not in answer.text:
        return Failure(Reason.KEYWORD, f"The answer does not contain {options.keyword!r}.")
    if options.keyword_absent and options.keyword_absent in answer.text:
        return Failure(Reason.KEYWORD, f"The answer contains {options.keyword_absent!r}.")
    return None


def _json(options: CheckOptions, answer: Answer) -> Failure | None:
    if not options.json_assertions:
        return None
    if answer.is_cut:
        return Failure(Reason.JSON, "The answer is too large to be read as JSON.")
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return Failure(Reason.JSON, "The answer is not JSON.")
    for text in options.json_assertions:
        if not statements.is_true(statements.json_statement(text), document):
            return Failure(Reason.JSON, f"This does not hold for the answer: {text}.")
    return None


_JUDGES: tuple[Callable[[CheckOptions, Answer], Failure | None], ...] = (
    _status,
    _headers,
    _keyword,
    _json,
)
