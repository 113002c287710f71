"""One request of a check: what it sends, and what libcurl knows about it afterwards."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import pycurl

from webapp.core.addresses import refusal
from webapp.core.outbound import Refusals, new_handle
from webapp.websites.answers import READ_BYTES, Answer
from webapp.websites.evidence import KEPT_BYTES, basic
from webapp.websites.failures import Ending
from webapp.websites.lanes import Target
from webapp.websites.urls import DEFAULT_PORTS

HTTP_VERSIONS = {1: "1.0", 2: "1.1", 3: "2", 30: "3"}
FAMILIES = {"4": pycurl.IPRESOLVE_V4, "6": pycurl.IPRESOLVE_V6}
MOMENTS = (
    pycurl.NAMELOOKUP_TIME_T,
    pycurl.CONNECT_TIME_T,
    pycurl.APPCONNECT_TIME_T,
    pycurl.PRETRANSFER_TIME_T,
    pycurl.STARTTRANSFER_TIME_T,
    pycurl.TOTAL_TIME_T,
)
# Without the hybrid post-quantum group, which OpenSSL 3.5 offers first: no server needs it, its
# keys cost an eighth of a handshake, and its long hello does not fit into one packet.
GROUPS = "X25519:P-256:X448:P-384:P-521"
KEEPS_METHOD = (307, 308)
SEE_OTHER = 303


@dataclass(frozen=True)
class Settings:
    """What holds for all checks of a shift."""

    private_allowed: bool
    ca_file: str | None = None


@dataclass
class Hop:
    """A request under way, and what it has received so far."""

    target: Target
    url: str
    method: str
    lines: list[bytes] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    kept: int = 0
    size: int = 0
    refusals: Refusals | None = None

    def __post_init__(self) -> None:
        options = self.target.options
        self.largest = options.maximum_body_bytes
        self.keep = READ_BYTES if options.reads_body else KEPT_BYTES

    def receive(self, piece: bytes) -> int | None:
        """Count the body and keep its beginning; end the transfer when it is too large."""
        self.size += len(piece)
        if self.kept < self.keep:
            self.pieces.append(piece[: self.keep - self.kept])
            self.kept += len(self.pieces[-1])
        return -1 if self.size > self.largest else None

    def head(self) -> bytes:
        """The answer's head; a new status line began a new one. libcurl bounds its size."""
        begins = [n for n, line in enumerate(self.lines) if line.startswith(b"HTTP/")]
        return b"".join(self.lines[begins[-1] :]) if begins else b""

    def answer(self, status: int | None) -> Answer:
        """What came back."""
        body = b"".join(self.pieces)
        return Answer(status, self.head(), body, is_cut=self.size > self.kept)


@dataclass(slots=True)  # not frozen: that is slow to make, and every check makes one
class Facts:
    """What libcurl measured of a request, in milliseconds, None for a phase never finished."""

    status: int | None
    dns: float | None
    connect: float | None
    tls: float | None
    ttfb: float | None
    transfer: float | None
    total: float
    address: str | None
    http_version: str | None
    verify_result: int


def opened(
    hop: Hop, settings: Settings, seconds: float, family: str, *, with_certificate: bool
) -> pycurl.Curl:
    """A handle that makes the request; a bare port is only connected to."""
    target = hop.target
    handle, hop.refusals = new_handle(
        hop.url,
        timeout_s=seconds,
        private_allowed=settings.private_allowed,
        on_body=hop.receive,
    )
    handle.setopt(pycurl.HEADERFUNCTION, hop.lines.append)
    if hop.url.startswith("https:"):
        handle.setopt(pycurl.SSL_EC_CURVES, GROUPS)
    if settings.ca_file:
        handle.setopt(pycurl.CAINFO, settings.ca_file)
    if with_certificate:
        handle.setopt(pycurl.OPT_CERTINFO, 1)
    if family in FAMILIES:
        handle.setopt(pycurl.IPRESOLVE, FAMILIES[family])
    if target.kind == "tcp":
        handle.setopt(pycurl.CONNECT_ONLY, 1)
    if not target.options.verify_tls:
        handle.setopt(pycurl.SSL_VERIFYPEER, 0)
        handle.setopt(pycurl.SSL_VERIFYHOST, 0)
    if target.options.proxy and target.kind == "http":
        _go_through_proxy(handle, hop, settings)
    if target.kind == "http":
        _say(handle, hop)
    return handle


def _say(handle: pycurl.Curl, hop: Hop) -> None:
    """Method, headers and body; secrets only to the origin that they are for."""
    target, is_home = hop.target, is_same_origin(hop.url, hop.target.url)
    if hop.method == "HEAD":
        handle.setopt(pycurl.NOBODY, 1)
    elif hop.method != "GET":
        handle.setopt(pycurl.CUSTOMREQUEST, hop.method)
    if target.options.body is not None and hop.method == target.options.method != "HEAD":
        handle.setopt(pycurl.POSTFIELDS, target.options.body.encode())
        handle.setopt(pycurl.CUSTOMREQUEST, hop.method)
    if headers := _headers(target, is_home=is_home):
        handle.setopt(pycurl.HTTPHEADER, headers)
    if is_home and target.secrets.client_certificate and target.secrets.client_key:
        handle.setopt(pycurl.SSLCERT_BLOB, target.secrets.client_certificate)
        handle.setopt(pycurl.SSLKEY_BLOB, target.secrets.client_key)


def _headers(target: Target, *, is_home: bool) -> list[str]:
    options, secrets = target.options, target.secrets
    headers = dict(options.headers)
    if is_home:
        if options.authentication == "basic":
            name, password = options.username or "", secrets.password or ""
            headers["Authorization"] = f"Basic {basic(name, password)}"
        elif options.authentication == "bearer":
            headers["Authorization"] = f"Bearer {secrets.token or ''}"
        headers |= secrets.headers or {}
    return [f"{name}: {value}" for name, value in headers.items()]


def _go_through_proxy(handle: pycurl.Curl, hop: Hop, settings: Settings) -> None:
    """The socket leads to the proxy then, so an address that the URL names is filtered here."""
    options, secrets = hop.target.options, hop.target.secrets
    handle.setopt(pycurl.PROXY, options.proxy)
    if options.proxy_username:
        handle.setopt(pycurl.PROXYUSERNAME, options.proxy_username)
        handle.setopt(pycurl.PROXYPASSWORD, secrets.proxy_password or "")
    try:
        named = str(ip_address(urlsplit(hop.url).hostname or ""))
    except ValueError:
        return
    why = refusal(named, private_allowed=settings.private_allowed)
    if why and hop.refusals:
        hop.refusals.refuse(why)


def is_same_origin(url: str, home: str) -> bool:
    """Whether the URL leads to the same host and port, or to its own https instead of http."""
    if url == home:
        return True
    this, that = urlsplit(url), urlsplit(home)
    if "@" in this.netloc or "\\" in url or this.hostname != that.hostname:
        return False  # parsers differ about where such a URL leads
    is_upgrade = (_origin(that), _origin(this)) == (("http", 80), ("https", 443))
    return is_upgrade or _origin(this) == _origin(that)


def _origin(parts: SplitResult) -> tuple[str, int]:
    return parts.scheme, parts.port or DEFAULT_PORTS.get(parts.scheme, 0)


def onward_method(method: str, status: int | None) -> str:
    """The method of the request that follows a redirect, as browsers choose it."""
    if method == "HEAD" or status in KEEPS_METHOD:
        return method
    return "GET" if status == SEE_OTHER or method == "POST" else method


def facts_of(handle: pycurl.Curl) -> Facts:
    """Read what libcurl measured; its times count from the start of the request."""
    named, connected, secured, sent, answered, total = [
        handle.getinfo(what) / 1000 for what in MOMENTS
    ]
    return Facts(
        status=handle.getinfo(pycurl.RESPONSE_CODE) or None,
        dns=named or None,
        connect=connected - named if connected else None,
        tls=secured - connected if secured else None,
        ttfb=answered - sent if answered > sent > 0 else None,  # both alike after a failure
        transfer=total - answered if answered > sent > 0 else None,
        total=total,
        address=handle.getinfo(pycurl.PRIMARY_IP) or None,
        http_version=HTTP_VERSIONS.get(handle.getinfo(pycurl.INFO_HTTP_VERSION)),
        verify_result=handle.getinfo(pycurl.SSL_VERIFYRESULT),
    )


def ending_of(hop: Hop, facts: Facts, code: int, text: str, system_error: int) -> Ending:
    """How the request ended, for `failures`."""
    return Ending(
        code=code,
        text=text,
        errno=system_error,
        is_tls=hop.url.startswith("https:"),
        resolved=facts.dns is not None,
        connected=facts.connect is not None,
        secured=facts.tls is not None,
        answered=facts.ttfb is not None,
        address_refused=hop.refusals.reason if code and hop.refusals else None,
        is_too_large=hop.size > hop.largest,
    )


def certificate_chain(handle: pycurl.Curl) -> list[str]:
    """The certificates that the website sent, its own first, in PEM."""
    found: list[Any] = handle.getinfo(pycurl.INFO_CERTINFO)
    return [dict(fields)["Cert"] for fields in found if "Cert" in dict(fields)]
