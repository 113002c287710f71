"""How a website is looked at, beyond its URL: options, and the secrets that go with them. Pure.

The URL's scheme says which kind of check it is: http and https, tcp, dns or heartbeat. Options are
kept as JSON without the ones that are as by default; secrets are kept encrypted, and what goes out
names those that are set and never their values.
"""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import regex
from croniter import croniter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from webapp.websites import statements
from webapp.websites.pem import certificate_pem, key_pem

MAXIMUM_BODY_BYTES = 10 * 1024 * 1024
DAY_S = 86_400
DNS_SERVER = regex.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<four>[0-9.]+))(?::(?P<port>\d{1,5}))?|[0-9A-Fa-f:.]+"
)
HEADER_NAME = regex.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
SECRET_HEADERS = {"authorization", "cookie", "proxy-authorization", "x-api-key", "x-auth-token"}
Method = Literal["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]
IpVersion = Literal["any", "4", "6", "both"]
Authentication = Literal["none", "basic", "bearer"]


def _headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a header.")
        if any(ord(c) < 32 and c != "\t" or ord(c) == 127 for c in value):
            raise ValueError(f"The value of {name} must be one line.")
    return headers


def _open_headers(headers: dict[str, str]) -> dict[str, str]:
    for name in headers:
        if name.lower() in SECRET_HEADERS:
            raise ValueError(f"Give {name} among the secret headers.")
    return headers


def _statuses(text: str) -> str:
    statements.status_ranges(text)
    return text.replace(" ", "")


def _pattern(text: str) -> str:
    try:
        regex.compile(text)
    except regex.error as error:
        raise ValueError(f"This is not a regular expression: {error}.") from error
    return text


def _json_statement(text: str) -> str:
    return statements.json_statement(text).text


def _header_statement(text: str) -> str:
    return statements.header_statement(text).text


def _proxy(url: str) -> str:
    if not regex.fullmatch(r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):\d{1,5}/?", url):
        raise ValueError("Give the proxy like http://proxy.example:3128.")
    return url.rstrip("/")


def _dns_server(text: str) -> str:
    try:
        dns_address(text)
    except ValueError as error:
        raise ValueError("Give an address like 192.0.2.1, 192.0.2.1:5353 or [::1]:53.") from error
    return text


def dns_address(text: str) -> tuple[str, int]:
    """The address and port of a DNS server; `ValueError` when it is not one."""
    match = DNS_SERVER.fullmatch(text)
    if not match:
        raise ValueError(text)
    address = str(ip_address(match["six"] or match["four"] or text))
    return address, int(match["port"] or 53)


def _cron(text: str) -> str:
    if len(text.split()) != 5 or not croniter.is_valid(text):
        raise ValueError("Give five fields: minute, hour, day, month and day of the week.")
    return text


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("There is no such time zone; one is Europe/London.") from error
    return name


Text = Annotated[str, Field(min_length=1, max_length=1000)]
Headers = Annotated[dict[str, Text], Field(max_length=30), AfterValidator(_headers)]


class CheckOptions(BaseModel):
    """Everything about a check but its URL, interval, timeout and secrets; all by default."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    # http: what is asked
    method: Method = "GET"
    headers: Annotated[Headers, AfterValidator(_open_headers)] = {}
    body: Annotated[str | None, Field(max_length=65_536)] = None
    authentication: Authentication = "none"
    username: Annotated[str | None, Field(max_length=255)] = None
    proxy: Annotated[str, AfterValidator(_proxy)] | None = None
    proxy_username: Annotated[str | None, Field(max_length=255)] = None
    follow_redirects: bool = True
    maximum_redirects: Annotated[int, Field(ge=0, le=20)] = 10
    verify_tls: bool = True
    ip_version: IpVersion = "any"

    # http: what is expected
    expected_status: Annotated[str, Field(max_length=200), AfterValidator(_statuses)] = "200-399"
    keyword: Text | None = None
    keyword_absent: Text | None = None
    pattern: Annotated[Text, AfterValidator(_pattern)] | None = None
    json_assertions: Annotated[
        list[Annotated[Text, AfterValidator(_json_statement)]], Field(max_length=10)
    ] = []
    header_assertions: Annotated[
        list[Annotated[Text, AfterValidator(_header_statement)]], Field(max_length=10)
    ] = []
    maximum_body_bytes: Annotated[int, Field(ge=0, le=MAXIMUM_BODY_BYTES)] = MAXIMUM_BODY_BYTES

    # DEGRADED: the certificate ends within so many days (0: no matter), or it was this slow
    certificate_days: Annotated[int, Field(ge=0, le=365)] = 7
    slow_ms: Annotated[int | None, Field(ge=1, le=120_000)] = None

    # when it counts
    failures_to_down: Annotated[int, Field(ge=1, le=20)] = 2
    successes_to_up: Annotated[int, Field(ge=1, le=20)] = 1
    recheck_s: Annotated[int, Field(ge=1, le=3600)] = 15

    # dns: the server that is asked (address, with :port if it is not 53) and what it must answer
    dns_server: Annotated[str, Field(max_length=60), AfterValidator(_dns_server)] | None = None
    dns_expected: Annotated[list[Text], Field(max_length=20)] = []

    # heartbeat: expected every period_s, or when cron says in time_zone; late after grace_s more
    period_s: Annotated[int, Field(ge=1, le=366 * DAY_S)] = DAY_S
    cron: Annotated[str, Field(max_length=100), AfterValidator(_cron)] | None = None
    time_zone: Annotated[str, Field(max_length=64), AfterValidator(_time_zone)] = "UTC"
    grace_s: Annotated[int, Field(ge=1, le=31 * DAY_S)] = 300

    @property
    def reads_body(self) -> bool:
        """Whether what is expected is said of the body."""
        return bool(self.keyword or self.keyword_absent or self.pattern or self.json_assertions)

    def stored(self) -> dict[str, Any]:
        """What is kept in `Website.options`: what differs from the default."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def deadline(self, last_ping_at: datetime) -> datetime:
        """When a heartbeat that came at `last_ping_at` is late if no other has come by then."""
        period = timedelta(seconds=self.period_s)
        expected_at = self._next_by_cron(last_ping_at) if self.cron else last_ping_at + period
        return expected_at + timedelta(seconds=self.grace_s)

    def _next_by_cron(self, after: datetime) -> datetime:
        local = after.astimezone(ZoneInfo(self.time_zone))
        found: datetime = croniter(self.cron, local).get_next(datetime)
        return found.astimezone(UTC)


class CheckSecrets(BaseModel):
    """What is never shown again; kept as encrypted JSON in `Website.secrets`."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    headers: Headers | None = None
    password: Annotated[str | None, Field(max_length=1000)] = None
    token: Annotated[str | None, Field(max_length=4000)] = None
    proxy_password: Annotated[str | None, Field(max_length=1000)] = None
    client_certificate: Annotated[str, AfterValidator(certificate_pem)] | None = None
    client_key: Annotated[str, AfterValidator(key_pem)] | None = None
    heartbeat_key: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_-]{22,64}$")] = None

    @model_validator(mode="after")
    def _one_line(self) -> Self:
        for text in (self.password, self.token, self.proxy_password):
            if text and any(ord(c) < 32 for c in text):
                raise ValueError("A password or token must be one line.")
        return self

    def names(self) -> list[str]:
        """Which secrets are set: all that is ever shown of them."""
        return [name for name in type(self).model_fields if getattr(self, name)]

    def stored(self) -> str | None:
        """What is kept in `Website.secrets`, None when there is no secret."""
        return self.model_dump_json(exclude_none=True) if self.names() else None

    def changed_by(self, given: "CheckSecrets") -> "CheckSecrets":
        """These with the given ones in place; one that is given as null or empty is removed."""
        return self.model_copy(update=given.model_dump(exclude_unset=True))


DEFAULT_OPTIONS = CheckOptions()
NO_SECRETS = CheckSecrets()


def options_of(stored: dict[str, Any] | None) -> CheckOptions:
    """The options behind `Website.options`."""
    return CheckOptions.model_validate(stored) if stored else DEFAULT_OPTIONS


def secrets_of(stored: str | None) -> CheckSecrets:
    """The secrets behind `Website.secrets`."""
    return CheckSecrets.model_validate_json(stored) if stored else NO_SECRETS
