"""The conditions of a Gatus endpoint, as the options of a check that expects the same. Pure.

A condition is two sides and a comparison, such as `[STATUS] < 300` or `[BODY].state == pat(*ok*)`.
What our checks cannot test is given back as it stands.
"""

import json
import math
import re
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from webapp.websites.statements import json_statement
from webapp.websites.transfer.durations import seconds

STATUSES = range(100, 600)
COMPARISONS = ("==", "!=", "<=", ">=", ">", "<")
CALL = re.compile(r"(any|pat|has|len)\((.*)\)", re.DOTALL)
LITERAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?|true|false|null")
MOST_ASSERTIONS = 10
FAILS_THERE = "is a failure in Gatus; here the website is DEGRADED"


class Expectations:
    """What the conditions taken so far come to."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.options: dict[str, Any] = {}
        self.left_out: list[str] = []
        self.statuses = set(STATUSES)

    def take(self, condition: str) -> None:
        """Add one condition, or list it as left out."""
        parts = _split(condition)
        if parts is None or not self._taken(*parts):
            self.left_out.append(f"The condition {condition} cannot be tested here.")

    def _taken(self, left: str, comparison: str, right: str) -> bool:
        if (left, comparison, right) == ("[CONNECTED]", "==", "true"):
            return True
        if left == "[RESPONSE_TIME]":
            return self.time(left, comparison, right)
        if self.kind == "dns":
            return self._taken_of_dns(left, comparison, right)
        if self.kind != "http":
            return False
        for beginning, taker in _TAKERS:
            if left.startswith(beginning):
                return taker(self, left, comparison, right)
        return False

    def _taken_of_dns(self, left: str, comparison: str, right: str) -> bool:
        if (left, comparison, right) == ("[DNS_RCODE]", "==", "NOERROR"):
            return True
        if left != "[BODY]" or comparison != "==" or CALL.fullmatch(right):
            return False
        self.options.setdefault("dns_expected", []).append(right)
        return True

    def status(self, left: str, comparison: str, right: str) -> bool:
        """`[STATUS] == 200`, `!= any(500, 502)`, `< 300`, `== pat(2*)`."""
        wanted = _statuses(comparison, right) if left == "[STATUS]" else None
        if wanted is None or not self.statuses & wanted:
            return False
        self.statuses &= wanted
        return True

    def time(self, _left: str, comparison: str, right: str) -> bool:
        """`[RESPONSE_TIME] < 500`: milliseconds, or a duration."""
        duration = seconds(right, unit_of_numbers=0.001)
        if comparison not in ("<", "<=") or not duration:
            return False
        slow_ms = min(max(1, round(duration * 1000)), self.options.get("slow_ms", 120_000))
        self.options["slow_ms"] = slow_ms
        self.left_out.append(f"Slower than {slow_ms} ms {FAILS_THERE}.")
        return True

    def certificate(self, left: str, comparison: str, right: str) -> bool:
        """`[CERTIFICATE_EXPIRATION] > 48h`."""
        duration = seconds(right, unit_of_numbers=0.001)
        if left != "[CERTIFICATE_EXPIRATION]" or comparison not in (">", ">=") or not duration:
            return False
        days = min(math.ceil(duration / 86_400), 365)
        self.options["certificate_days"] = max(days, self.options.get("certificate_days", 0))
        self.left_out.append(f"A certificate that ends within {days} days {FAILS_THERE}.")
        return True

    def body(self, left: str, comparison: str, right: str) -> bool:
        """`[BODY]` as a whole, or a value of its JSON."""
        if left != "[BODY]":
            return self._assert(_assertion(left.removeprefix("[BODY]"), comparison, right))
        for name, value in _body_options(comparison, right):
            if name not in self.options:
                self.options[name] = value
                return True
        return False

    def has(self, left: str, comparison: str, right: str) -> bool:
        """`has([BODY].path) == true`."""
        path = left.removeprefix("has([BODY]").removesuffix(")")
        if comparison not in ("==", "!=") or right not in ("true", "false"):
            return False
        exists = (right == "true") == (comparison == "==")
        return self._assert(f"${path} {'exists' if exists else 'not exists'}")

    def _assert(self, text: str | None) -> bool:
        assertions: list[str] = self.options.get("json_assertions", [])
        if text is None or len(assertions) >= MOST_ASSERTIONS or len(text) > 1000:
            return False
        try:
            json_statement(text)
        except ValueError:
            return False
        self.options["json_assertions"] = [*assertions, text]
        return True


def expectations(conditions: Sequence[str], kind: str) -> tuple[dict[str, Any], list[str]]:
    """The options that expect what the conditions say, and sentences on what they do not."""
    found = Expectations(kind)
    for condition in conditions:
        found.take(condition)
    if kind == "http":
        found.options["expected_status"] = _ranges(found.statuses)
    return found.options, found.left_out


def _split(condition: str) -> tuple[str, str, str] | None:
    for comparison in COMPARISONS:
        left, found, right = condition.partition(f" {comparison} ")
        if found:
            return left.strip(), comparison, right.strip()
    return None


def _statuses(comparison: str, right: str) -> set[int] | None:
    call = CALL.fullmatch(right)
    if call and call[1] in ("any", "pat"):
        same = _alternatives(call[2]) if call[1] == "any" else {call[2]}
        matching = {s for s in STATUSES if any(fnmatchcase(str(s), text) for text in same)}
    elif right.isdecimal():
        number = int(right)
        edges = {"<": number, "<=": number + 1, ">=": number, ">": number + 1}
        if edge := edges.get(comparison):
            return {s for s in STATUSES if (s < edge) == (comparison[0] == "<")}
        matching = {number} & set(STATUSES)
    else:
        return None
    if comparison not in ("==", "!="):
        return None
    return matching if comparison == "==" else set(STATUSES) - matching


def _ranges(statuses: set[int]) -> str:
    """`200-299,301` for a set of statuses."""
    found: list[list[int]] = []
    for status in sorted(statuses):
        if found and found[-1][1] == status - 1:
            found[-1][1] = status
        else:
            found.append([status, status])
    return ",".join(f"{a}-{b}" if a != b else str(a) for a, b in found)


def _alternatives(text: str) -> set[str]:
    return {part.strip() for part in text.split(",")}


def _body_options(comparison: str, right: str) -> list[tuple[str, str]]:
    """The options that could say it, the plainer one first."""
    call = CALL.fullmatch(right)
    if comparison not in ("==", "!=") or (call and call[1] not in ("any", "pat")):
        return []
    if call and call[1] == "pat":
        inner = call[2].removeprefix("*").removesuffix("*")
        is_keyword = call[2] == f"*{inner}*" and inner and not re.search(r"[*?\[\\]", inner)
        if comparison == "!=":
            return [("keyword_absent", inner)] if is_keyword else []
        pattern = ".*".join(map(re.escape, call[2].split("*")))
        whole = [] if re.search(r"[?\[\\]", call[2]) else [("pattern", rf"(?s)\A{pattern}\Z")]
        return [("keyword", inner), *whole] if is_keyword else whole
    if comparison == "!=":
        return []
    texts = sorted(_alternatives(call[2])) if call else [right]
    return [("pattern", rf"\A(?:{'|'.join(map(re.escape, texts))})\Z")]


def _assertion(path: str, comparison: str, right: str) -> str | None:
    call = CALL.fullmatch(right)
    if call is None:
        value = right if LITERAL.fullmatch(right) else json.dumps(_unquoted(right))
        return f"${path} {comparison} {value}"
    inner = call[2].strip("*")
    if call[1] == "pat" and comparison == "==" and call[2] == f"*{inner}*" and inner:
        return f"${path} contains {json.dumps(inner)}" if "*" not in inner else None
    return None


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


Taker = Callable[[Expectations, str, str, str], bool]
_TAKERS: tuple[tuple[str, Taker], ...] = (
    ("[STATUS]", Expectations.status),
    ("[CERTIFICATE_EXPIRATION]", Expectations.certificate),
    ("[BODY]", Expectations.body),
    ("has([BODY]", Expectations.has),
)
