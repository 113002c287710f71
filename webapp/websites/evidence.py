"""What is kept of an answer that failed, without the secrets in it. Pure."""

import re
from base64 import b64encode
from typing import Any
from urllib.parse import quote

from webapp.websites.answers import Answer
from webapp.websites.options import CheckOptions, CheckSecrets

BODY_BYTES = 2048
KEPT_BYTES = BODY_BYTES + 4096  # so that no secret is cut in two before it is found
HEAD_BYTES = 8192
SHORTEST_SECRET = 4
REDACTED = "[redacted]"
TELLING = re.compile(r"cookie|auth|token|secret|session|password|api-?key|signature", re.IGNORECASE)
USER_INFO = re.compile(r"(?<=://)[^/@\s]*@")


def evidence(answer: Answer, options: CheckOptions, secrets: CheckSecrets) -> dict[str, Any]:
    """The answer's head and the first 2 KB of its body as text, secrets taken out."""
    lines = answer.head[:HEAD_BYTES].decode("latin-1").splitlines()
    body = answer.body[:KEPT_BYTES].decode("utf-8", "replace")
    return {
        "head": redacted("\n".join(_line(line) for line in lines if line), options, secrets),
        "body": redacted(body, options, secrets)[:BODY_BYTES],
    }


def redacted(text: str, options: CheckOptions, secrets: CheckSecrets) -> str:
    """The text without any secret of the check, and without the zero that PostgreSQL refuses."""
    for secret in sorted(_values(options, secrets), key=len, reverse=True):
        text = text.replace(secret, REDACTED)
    return text.replace("\x00", "\ufffd")


def shown_url(url: str, options: CheckOptions, secrets: CheckSecrets) -> str:
    """A URL that a redirect led to, as it is kept: no user, no secret, no fragment, not long."""
    return redacted(USER_INFO.sub("", url.partition("#")[0]), options, secrets)[:500]


def _line(line: str) -> str:
    name, colon, _ = line.partition(":")
    return f"{name}: {REDACTED}" if colon and TELLING.search(name) else line


def _values(options: CheckOptions, secrets: CheckSecrets) -> set[str]:
    found = {secrets.password, secrets.token, secrets.proxy_password, *_header_values(secrets)}
    if options.username and secrets.password:
        found.add(basic(options.username, secrets.password))
    known = {value for value in found if value and len(value) >= SHORTEST_SECRET}
    return known | {quote(value, safe="") for value in known}


def _header_values(secrets: CheckSecrets) -> list[str]:
    """Each secret header's value, and what follows a scheme like Bearer in it."""
    values = list((secrets.headers or {}).values())
    return values + [value.split(" ", 1)[1] for value in values if " " in value]


def basic(username: str, password: str) -> str:
    """A name and password as basic authentication sends them."""
    return b64encode(f"{username}:{password}".encode()).decode()
