"""Which names are names of secrets: password, apiToken, X-Api-Key, set_cookie."""

import re
from functools import lru_cache

FRAGMENTS = (
    "password", "passwd", "passphrase", "passcode", "secret", "token", "apikey", "accesskey",
    "privatekey", "signingkey", "encryptionkey", "authorization", "cookie", "credential",
    "sessionid", "sessionkey", "csrf", "xsrf", "cardnumber", "creditcard", "securitycode",
)  # fmt: skip
WHOLE = frozenset((
    "auth", "pwd", "pass", "pw", "sid", "session", "jwt", "bearer", "cvv", "cvc", "cvv2", "pin",
    "ssn", "iban", "otp", "dsn", "sig", "signature", "sshkey",
))  # fmt: skip
HARMLESS = re.compile(
    r"(?:\w*?)(?:tokens?|password|secret|cookie|credential|session)s?"
    r"(?:count|counts|used|limit|length|len|type|age|expires|expiry|expiresat|expiresin|ttl|at|"
    r"changedat|updatedat|createdat|policy|consent|name|names|hint|url|uri|field|error)"
    r"|(?:max|total|prompt|completion|input|output|num|nof|unexpected)tokens?|tokeni[sz]e\w*"
    r"|secretar\w+"
)
PUNCTUATION = re.compile(r"[\W_]+")
LAST_WORD = re.compile(r"[_.-]")
LONGEST_NAME = 200


def is_secret(name: str, more: frozenset[str] = frozenset()) -> bool:
    """Whether what goes by that name is a secret; `more` are further names, as `plain` has them."""
    name = name[-LONGEST_NAME:]
    short = plain(name)
    if _is_known(short) or LAST_WORD.split(name)[-1].lower() in WHOLE:
        return True
    return any(fragment in short for fragment in more)


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """The name without punctuation and capitals."""
    return PUNCTUATION.sub("", name).lower()


@lru_cache(maxsize=4096)
def _is_known(short: str) -> bool:
    if short in WHOLE:
        return True
    return any(part in short for part in FRAGMENTS) and HARMLESS.fullmatch(short) is None
