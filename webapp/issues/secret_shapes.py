"""Secrets in a text: named ones (password=...), and those that their shape gives away.

Each sort is sought only where a word that belongs to it occurs, so that a long text without
secrets costs next to nothing. Every pattern takes linear time.
"""

import re
import string
from functools import lru_cache

from webapp.issues.secret_names import is_secret

SCRUBBED = "[scrubbed]"
ANCHORS = (
    "pass", "pw", "secret", "token", "key", "auth", "cookie", "credential", "session", "srf",
    "card", "security", "cv", "pin=",
)  # fmt: skip
KEY, BEFORE_KEY = "key", frozenset("isegn_-")  # api_key, accesskey, signing-key; no plain key
ARGUMENT_WORDS = r"pass(?:word|wd|phrase)|secret|token|(?:api|access|private)[_-]?key"
QUOTE = r"\\{0,3}[\"']"
VALUE = (
    rf"(?P<start>[bru]{{0,2}}(?P<quote>{QUOTE}))(?:(?!(?P=quote))(?:\\.|[^\n]))*+(?P<end>(?P=quote))?"
    r"|[^\s,;&\"'(){}\[\]<>]++[(\[]?"
)
BETWEEN = (
    rf"(?:{QUOTE})?\s{{0,4}}(?>=>|:=|[:=])\s{{0,4}}|{QUOTE}\s{{0,4}},\s{{0,4}}(?=[bru]?{QUOTE})"
)
NAMED = re.compile(rf"([\w.-]{{1,80}}+)(?P<between>{BETWEEN})(?P<value>{VALUE})", re.IGNORECASE)
ARGUMENT = re.compile(
    rf"((?<![\w-])--?[\w-]{{0,40}}?(?:{ARGUMENT_WORDS})[\w-]{{0,40}}+"
    rf"(?: {{1,4}}|{QUOTE}, ?{QUOTE}))"
    r"([^\s\"'\[]++)",
    re.IGNORECASE,
)  # fmt: skip
NAME_LETTERS = string.ascii_letters + string.digits + "_.-"
ALLOWED = re.compile(r"none|null|nil|true|false|undefined|\*+|\$\{?\w+", re.IGNORECASE)
EXPRESSION = re.compile(
    r"[A-Za-z_][\w.]*[(\[]\Z|(?:self|cls|this|os|settings|config|args|kwargs|request)\."
)
HEADER = re.compile(
    r"\b((?:proxy-)?authorization|(?:set-)?cookie)([\"']?[ \t]{0,4}+:[ \t]{0,4}+(?:[bru]?[\"'])?+)"
    r"(?!\[scrubbed\])([^\r\n\"']++)",
    re.IGNORECASE,
)
SCHEME = re.compile(r"\b(bearer|basic|negotiate)(\s{1,4})([\w.+/=~-]{8,}+)", re.IGNORECASE)
CREDENTIALS = re.compile(
    r"(?<=://)([^\s/@:'\"<>]{0,256}+:)([^\s/'\"<>]{1,1024})@|(?<=://)()([\w-]{16,256}+)@"
)
SHAPED = re.compile(
    r"\b(?:eyJ[\w-]{5,}+\.[\w-]{5,}+(?:\.[\w-]*+)?"  # a JWT
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}\b|AIza[\w-]{30,}+"
    r"|(?:gh[pousr]_|github_pat_|glpat-|xox[abps]-|xapp-|[srp]k_(?:live|test)_|whsec_|npm_"
    r"|pypi-|dop_v1_|hf_|shpat_|sq0atp-|lin_api_|wk_)[\w-]{10,}+"
    r"|sk-[\w-]{20,}+|SG\.[\w-]{16,}+\.[\w-]{16,}+)"
)
SHAPE_HINTS = (
    "eyJ", "AKIA", "ASIA", "AIza", "gh", "glpat-", "xox", "xapp-", "k_live_", "k_test_", "whsec_",
    "npm_", "pypi-", "dop_v1_", "hf_", "shpat_", "sq0atp-", "lin_api_", "wk_", "sk-", "SG.",
)  # fmt: skip
CARD = re.compile(
    r"[2-6](?<![\w.-].)(?:\d{3}([ -]?)\d{4}\1\d{4}\1\d{1,7}|\d{3}([ -]?)\d{6}\2\d{5})(?!\w|\.\d)"
)
PEM_START, PEM_END, PEM_KEY = "-----BEGIN ", "-----END ", "PRIVATE KEY-----"
LONGEST_LABEL = 60
LONGEST_BEFORE = 60
ANCHOR_LETTERS = 3
LONG = 1_000


def scrub_text(text: str, more: frozenset[str] = frozenset()) -> str:
    """The text without secrets; `more` are further names of secrets, in plain form.

    A storm brings the same tracebacks over and over: the latest long texts are remembered.
    """
    return _remembered(text, more) if len(text) > LONG else _scrubbed(text, more)


def _scrubbed(text: str, more: frozenset[str]) -> str:
    text = CARD.sub(_card, text)
    if PEM_START in text:
        text = _without_pem(text)
    if "://" in text and "@" in text:
        text = CREDENTIALS.sub(_address, text)
    if any(hint in text for hint in SHAPE_HINTS):
        text = SHAPED.sub(SCRUBBED, text)
    lower = text.lower()
    if "authorization" in lower or "cookie" in lower:
        text = HEADER.sub(rf"\1\2{SCRUBBED}", text)
    if "bearer" in lower or "basic" in lower or "negotiate" in lower:
        text = SCHEME.sub(_scheme, text)
    own = (name[: 2 if name.startswith(KEY) else ANCHOR_LETTERS] for name in more)
    anchors = [anchor for anchor in (*ANCHORS, *own) if anchor in lower]
    if anchors:
        text = _without_named(text, anchors, more)
        text = ARGUMENT.sub(rf"\1{SCRUBBED}", text) if " -" in text or "'-" in text else text
    return text


_remembered = lru_cache(maxsize=32)(_scrubbed)


def _without_named(text: str, anchors: list[str], more: frozenset[str]) -> str:
    """The text without the values that a name of a secret is written before."""
    kept, at = [], 0
    for start in _starts(text, anchors):
        if start < at or (found := NAMED.match(text, start)) is None:
            continue
        before = text[max(at, start - LONGEST_BEFORE) : start]
        head = before[len(before.rstrip(NAME_LETTERS)) :]
        if is_secret(head + found[1], more) and not _is_harmless(found, head):
            kept.append(text[at : found.start("value")])
            kept.append(f"{found['start'] or ''}{SCRUBBED}{found['end'] or ''}")
            at = found.end()
    return "".join(kept) + text[at:]


def _starts(text: str, anchors: list[str]) -> list[int]:
    """Where in a text one of the anchors begins, whatever its capitals; in order."""
    lower = text.replace("\u0130", "I").lower()  # the one letter that grows when it is lowered
    starts = set()
    for anchor in anchors:
        start = lower.find(anchor)
        while start >= 0:
            if anchor != KEY or lower[start - 1 : start] in BEFORE_KEY:
                starts.add(start)
            start = lower.find(anchor, start + len(anchor))
    return sorted(starts)


def _is_harmless(found: re.Match[str], head: str) -> bool:
    """What is code or prose: password=password, token = get(), password: too short."""
    value, between = found["value"], found["between"]
    if "," in between:  # pairs are written in parentheses, lists of names are not
        start = found.start() - len(head)
        return found.string[max(0, start - 2) : start] not in ("('", '("')
    if found["start"]:
        return value.strip("bru\\\"'") == ""
    if ALLOWED.fullmatch(value) or EXPRESSION.match(value) or value == head + found[1]:
        return True
    rest = found.string[found.end() : found.end() + 2]
    is_prose = ":" in between and value.isalpha() and rest[:1] == " " and rest[1:].isalpha()
    return is_prose or (":" in between and value.startswith("//"))


def _address(found: re.Match[str]) -> str:
    return f"{found[1] or ''}{SCRUBBED}@"


def _scheme(found: re.Match[str]) -> str:
    """A word after "basic" is prose unless it has what words have not."""
    if found[3].isalpha() and found[3].islower():
        return found[0]
    return f"{found[1]}{found[2]}{SCRUBBED}"


def _card(found: re.Match[str]) -> str:
    digits = [int(digit) for digit in found[0] if digit.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    is_card = (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1
    return SCRUBBED if is_card else found[0]


def _without_pem(text: str) -> str:
    """Private keys go; what is never ended goes to the end of the text."""
    kept, at = [], 0
    while (start := text.find(PEM_START, at)) >= 0:
        label_end = text.find(PEM_KEY, start, start + LONGEST_LABEL)
        if label_end < 0:
            kept.append(text[at : start + len(PEM_START)])
            at = start + len(PEM_START)
            continue
        end = text.find(PEM_END, label_end)
        close = text.find("-----", end + len(PEM_END)) if end >= 0 else -1
        kept += [text[at:start], SCRUBBED]
        at = close + 5 if close >= 0 else len(text)
    return "".join(kept) + text[at:]
