"""A message without what differs from one time to the next: numbers, ids, addresses, names.

What says which trouble it is stays: codes (HTTP 404, errno 28), and quoted names of things in code
(no attribute 'price', table "orders").
"""

import re
from functools import lru_cache

LONGEST = 2_000
IDENTIFIER = r"[^\W\d][\w.$:\-]{0,99}"
CODE_WORDS = (
    r"errno|winerror|(?:error|exit|status|return|response) ?code|exit status|status"
    r"|http(?:/\d\.\d)?|sqlstate|signal|code|error|ora|returned"
)
NAMING_WORDS = (
    r"attribute|module|module named|argument|arguments|name|import|relation|column|columns|table"
    r"|function|method|setting|variable|constraint|type|class|package|command|property|option|queue"
    r"|database|role|reading|field|for key"
)
REASONS = (
    r"client error|server error|bad request|unauthorized|forbidden|not found|method not allowed"
    r"|conflict|gone|too many requests|internal server error|bad gateway|service unavailable"
    r"|gateway timeout|unprocessable"
)
UNITS = (
    r"(?:ns|us|µs|ms|msecs?|s|secs?|seconds?|milliseconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?"
    r"|weeks?)"
)
MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
WEEKDAYS = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}"
CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?"
ZONE = r"(?: ?(?:z|utc|gmt)\b| ?[+-]\d\d:?\d\d)?"

PARTS = (
    ("keep_code", rf"\b(?:{CODE_WORDS})\b[ :=#-]{{0,2}}[\[(]?-?\d{{1,5}}\b(?![.:/-]\d)"),
    ("keep_reason", rf"\b[1-5]\d\d:? (?:{REASONS})\b"),
    ("keep_name", rf"""\b(?:{NAMING_WORDS}) ['"`]{IDENTIFIER}['"`]"""),
    ("keep_kind", rf"""['"`]{IDENTIFIER}['"`] """
                  r"(?:object\b|is (?:not (?:defined|callable)|undefined)|module\b|type\b)"),
    ("url", r"""\b[a-z][a-z0-9+.\-]{1,20}://[^\s"'<>`]{1,2000}"""),
    ("email", r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}"),
    ("id", r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
    ("place", r"[\w./\\-]{0,200}\w\.[a-z]{1,5}:\d+(?::\d+)?\b"),
    ("date", rf"\b\d{{4}}[-/.]\d\d[-/.]\d\d(?:[t ,]{{1,2}}{CLOCK}{ZONE})?"
             rf"|\b(?:{WEEKDAYS},? )?\d{{1,2}} {MONTHS} \d{{4}}(?: {CLOCK}{ZONE})?"
             rf"|\b(?:{WEEKDAYS},? )?{MONTHS} +\d{{1,2}}(?:,? \d{{4}})?(?: {CLOCK}{ZONE})?\b"
             rf"|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b|\b{CLOCK}{ZONE}\b"),
    ("ip", r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:[:/]\d{1,5})?\b"
           r"|(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?:%\w{1,16})?(?![\w:])"),
    ("address", r"\b0x[0-9a-f]{1,64}\b"),
    ("path", r"(?<![\w/.])(?:~|\.{1,2})?(?:/[\w.@%+~=:\-]{1,255}){1,40}/?(?:\?[^\s'\")]{0,400})?"
             r"|\b[a-z]:\\[^\s:\"'<>|]{1,1000}"),
    ("value", r"(?<!\w)(?:[bru]{1,2})?'(?:[^'\\\n]|\\.|(?<=\w)'(?=\w)){0,400}'(?!\w)"
              r"|(?<!\w)[bru]{0,2}\"(?:[^\"\\\n]|\\.){0,400}\"|`[^`\n]{0,400}`|“[^”\n]{0,400}”"
              r"|«[^»\n]{0,400}»"),
    ("assigned", r"(?<=\w=)[^\s,;)\]}'\"=<>]{1,400}"),
    ("took", rf"(?<![\w.])\d+(?:[.,]\d+)? ?{UNITS}\b"),
    ("hex", r"\b(?=[a-f]{0,63}\d)(?=\d{0,63}[a-f])[0-9a-f]{8,128}\b"),
    ("token", r"\b[a-z]{0,20}\d{1,20}[a-z]{1,20}\d[a-z0-9]{2,200}\b"),
    ("n", r"(?<![a-z\d])[-+]?\d+(?:[.,_]\d+)*(?:e[-+]?\d+)?"
          r"(?: ?(?:%|[kmgtp]?i?b|bytes?)(?!\w))?|\d+"),
)  # fmt: skip
FINDER = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PARTS), re.IGNORECASE)
PLACEHOLDERS = {name: f"<{name}>" for name, _ in PARTS} | {"assigned": "<value>"}
LISTS = re.compile(r"(<\w{1,10}>)(?:(?:,? or|,? and|,) ?\1)+")
STATEMENTS = re.compile(
    r"\n(?:DETAIL|HINT|CONTEXT|LINE \d+): |\n\[SQL: |\n\(Background on this error at: "
)
LAST_WORD = re.compile(r": [^ :]*<\w{1,10}>[^ ]*$")
NOTHING_THERE = re.compile(r"(propert(?:y|ies)(?: '[^']{0,100}')? of) (?:undefined|null)")
SPACE = re.compile(r"\s+")


def normalise(text: str, longest: int = LONGEST) -> str:
    """The first `longest` characters with placeholders for what differs from time to time."""
    return _normalised(text[:longest])


@lru_cache(maxsize=2048)
def _normalised(text: str) -> str:
    found = FINDER.sub(_placeholder, STATEMENTS.split(text, maxsplit=1)[0])
    found = LISTS.sub(r"\1", SPACE.sub(" ", found)).strip()
    return NOTHING_THERE.sub(r"\1 nothing", LAST_WORD.sub(": <value>", found))


def _placeholder(found: re.Match[str]) -> str:
    name = found.lastgroup or ""
    return found[0] if name.startswith("keep") else PLACEHOLDERS[name]
