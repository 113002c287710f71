"""Which URLs are websites, and how one is written. Pure.

http://host/path and https://host/path are websites, tcp://host:port is a port, dns://name/TYPE a
DNS record, and heartbeat://name something that calls us.
"""

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import idna

MAXIMUM_LENGTH = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
NICKNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
RECORDS = ("A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT")
ADDRESS_6 = re.compile(r"[0-9a-f:.]+")
FORBIDDEN = re.compile(r"[\s\\\x00-\x1f\x7f]")
KEPT = "/%:=&?~#+!$,;'@()*[]-._|"


def normalised(text: str) -> str:
    """The URL in its one way of writing; `ValueError` with a sentence when it is no website's.

    Scheme and host in lower case, the host in ASCII, no default port, a path, no fragment.
    """
    if FORBIDDEN.search(text.strip()):
        raise ValueError("A URL has no spaces, backslashes or control characters.")
    scheme = text.strip().partition(":")[0].lower()
    return _OTHERS[scheme](_parts(text.strip())) if scheme in _OTHERS else _web(text.strip())


def _web(text: str) -> str:
    parts = _split(text)
    host = _ascii(parts.hostname or "")
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    query = quote(parts.query, KEPT)
    url = urlunsplit((parts.scheme, host + port, quote(parts.path, KEPT) or "/", query, ""))
    if len(url) > MAXIMUM_LENGTH:
        raise ValueError(f"A URL has at most {MAXIMUM_LENGTH} characters.")
    return url


def kind_of(url: str) -> str:
    """Which kind of check the URL's scheme asks for: http, tcp, dns or heartbeat."""
    scheme = url.partition(":")[0]
    return "http" if scheme in DEFAULT_PORTS else scheme


@lru_cache(maxsize=8192)
def led_to(location: bytes) -> str:
    """The URL that a redirect leads to, in ASCII; `ValueError` when it cannot be read."""
    text = location.decode()
    parts = _parts(text)
    if text.isascii():
        return text
    port = f":{parts.port}" if parts.port else ""
    host = _ascii(parts.hostname or "")
    path, query = quote(parts.path, KEPT), quote(parts.query, KEPT)
    return urlunsplit((parts.scheme, host + port, path, query, ""))


@lru_cache(maxsize=8192)
def host_of(url: str) -> str:
    """Host and, where it is not the default, port: what a website is called by default."""
    return urlsplit(url).netloc


def _parts(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise ValueError("The URL's host or port cannot be read.") from error
    return parts


def _tcp(parts: SplitResult) -> str:
    if not parts.hostname or not parts.port or parts.path.strip("/") or "@" in parts.netloc:
        raise ValueError("Write a port like tcp://host.example:5432.")
    return f"tcp://{_ascii(parts.hostname)}:{parts.port}"


def _dns(parts: SplitResult) -> str:
    record = parts.path.strip("/").upper() or "A"
    if not parts.hostname or record not in RECORDS or parts.netloc != parts.netloc.split(":")[0]:
        raise ValueError(
            f"Write a record like dns://example.com/A; types are {', '.join(RECORDS)}."
        )
    return f"dns://{_ascii(parts.hostname)}/{record}"


def _heartbeat(parts: SplitResult) -> str:
    if not NICKNAME.fullmatch(parts.netloc.lower()) or parts.path.strip("/"):
        raise ValueError("Write a heartbeat like heartbeat://nightly-backup.")
    return f"heartbeat://{parts.netloc.lower()}"


def _split(text: str) -> SplitResult:
    parts = _parts(text)
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError("The URL must start with http:// or https://.")
    if not parts.hostname or parts.port == 0:
        raise ValueError("The URL must name a host, and a port from 1 to 65535 if any.")
    if "@" in parts.netloc:
        raise ValueError("The URL must not contain a user name or password.")
    return parts


def _ascii(host: str) -> str:
    if ":" in host:
        if not ADDRESS_6.fullmatch(host):
            raise ValueError("The URL's host cannot be read.")
        return f"[{host}]"
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueError("The URL's host is not a valid name.") from error
    labels = name.removesuffix(".").split(".")
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise ValueError("The URL's host is not a valid name.")
    return name


_OTHERS = {"tcp": _tcp, "dns": _dns, "heartbeat": _heartbeat}
