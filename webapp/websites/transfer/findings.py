"""What an importer found in another product's file. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from webapp.websites.options import SECRET_HEADERS

LOOKS_SECRET = re.compile(r"auth|cookie|key|pass|secret|session|token", re.IGNORECASE)
# Records that other products compare as we do: the others have a priority or more in our answer.
COMPARED_RECORDS = {"A", "AAAA", "CNAME", "NS", "PTR", "TXT"}
LONGEST_TAG = 50
LONGEST_GROUP = 100
LONGEST_NAME = 255
LONGEST_DESCRIPTION = 2000


@dataclass
class Finding:
    """A website as another product has it, in the shape of an entry of our own document.

    `entry` is None when it cannot be watched here at all. `left_out` says, in sentences, what of
    it was not carried over.
    """

    source: str
    entry: dict[str, Any] | None = None
    left_out: list[str] = field(default_factory=list)

    def refuse(self, why: str) -> "Finding":
        """Say why nothing of it is carried over."""
        self.entry = None
        self.left_out.append(why)
        return self

    def shortened(self, what: str, text: str, longest: int) -> str:
        """`text`, cut to what is kept here; a cut is listed."""
        if len(text) > longest:
            self.left_out.append(f"The {what} was cut to {longest} characters.")
        return text[:longest].strip()

    def tags(self, given: Iterable[str]) -> list[str]:
        """The texts as tags, once each: without commas, and cut to what is kept here."""
        found = (self.shortened("tag", text.replace(",", ";"), LONGEST_TAG) for text in given)
        return list(dict.fromkeys(tag for tag in found if tag))

    def bounded(self, what: str, value: float, low: int, high: int) -> int:
        """`value` as a whole number within what is possible here; a change is listed."""
        whole = -int(-value // 1)
        kept = min(max(whole, low), high)
        if kept != value:
            self.left_out.append(f"{what}: {value:g} became {kept}.")
        return kept


@dataclass(frozen=True)
class Findings:
    """All that was found, and what the file holds besides, in sentences."""

    websites: list[Finding]
    left_out: list[str] = field(default_factory=list)


def put_headers(entry: dict[str, Any], headers: dict[str, str]) -> None:
    """Put headers into the options, and those that look secret among the secrets."""
    secret = {k: v for k, v in headers.items() if is_secret_header(k)}
    if secret:
        entry["secrets"]["headers"] = secret
    if len(secret) < len(headers):
        entry["options"]["headers"] = {k: v for k, v in headers.items() if k not in secret}


def is_secret_header(name: str) -> bool:
    """Whether the value of a header of that name had better be kept secret."""
    return name.lower() in SECRET_HEADERS or bool(LOOKS_SECRET.search(name))
