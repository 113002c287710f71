"""The form of a website: its fields as data, and what was typed as the verbs take it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from webapp.core.problems import FieldError, field_errors
from webapp.websites.labels import tag_names
from webapp.websites.models import Website
from webapp.websites.options import CheckOptions, CheckSecrets, options_of
from webapp.websites.schemas import WebsiteForm

WEB = ("http",)
NET = ("http", "tcp")
ALL = ("http", "tcp", "dns", "heartbeat")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
COMPLETE = "complete"  # sent by the form itself: a box that is absent then means no


@dataclass(frozen=True)
class Entry:
    """A field of the form. `look` is text, number, area, lines, pairs, choice, box or secret."""

    name: str
    label: str
    look: str = "text"
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    attrs: dict[str, Any] = field(default_factory=dict)
    is_required: bool = False


@dataclass(frozen=True)
class Group:
    """Fields that are shown together, for some kinds of checks."""

    title: str
    kinds: tuple[str, ...]
    entries: tuple[Entry, ...]


def _between(low: int, high: int) -> dict[str, Any]:
    return {"min": low, "max": high}


URL_HINT = (
    "http:// or https:// for a website, tcp://host:port for a port, dns://example.com/MX for a "
    "DNS record, heartbeat://some-name for a job that calls us."
)
BASICS = (
    Entry("url", "URL", hint=URL_HINT, is_required=True,
          attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false",
                 "maxlength": 2048}),
    Entry("name", "Name", hint="Left empty, it is called by its host.",
          attrs={"maxlength": 255, "autocomplete": "off"}),
    Entry("description", "Description", "area", attrs={"maxlength": 2000}),
    Entry("group_name", "Group", attrs={"maxlength": 100, "autocomplete": "off"}),
    Entry("tags", "Tags", hint="Separated by commas.", attrs={"autocomplete": "off"}),
    Entry("check_interval", "Seconds between two checks", "number",
          "From 1 to 86400, which is a day.", is_required=True, attrs=_between(1, 86400)),
    Entry("timeout", "Seconds a check may take", "number",
          "From 1 to 120. A website that has not answered by then is down.", is_required=True,
          attrs=_between(1, 120)),
)  # fmt: skip
GROUPS = (
    Group("Request", WEB, (
        Entry("method", "Method", "choice", choices=tuple((m, m) for m in METHODS)),
        Entry("headers", "Headers", "pairs", "One a line, like Accept: text/html."),
        Entry("body", "Body", "area"),
        Entry("authentication", "Authentication", "choice",
              choices=(("none", "None"), ("basic", "User name and password"),
                       ("bearer", "Bearer token"))),
        Entry("username", "User name", attrs={"autocomplete": "off"}),
        Entry("password", "Password", "secret"),
        Entry("token", "Bearer token", "secret"),
        Entry("secret_headers", "Secret headers", "secret_area",
              "One a line, like X-Api-Key: value. They go to this host only."),
        Entry("client_certificate", "Client certificate", "secret_area", "In PEM."),
        Entry("client_key", "Its private key", "secret_area", "In PEM, without a password."),
    )),
    Group("Expected answer", WEB, (
        Entry("expected_status", "Statuses", hint="Like 200-299,301. Default: 200-399."),
        Entry("keyword", "Text that must be there"),
        Entry("keyword_absent", "Text that must not be there"),
        Entry("pattern", "Regular expression that must fit", hint="It is given up after a second."),
        Entry("json_assertions", "What must hold for the JSON", "lines",
              'One a line, like data.items[0].state == "ok" or error not exists.'),
        Entry("header_assertions", "What must hold for the headers", "lines",
              "One a line, like content-type contains json."),
        Entry("maximum_body_bytes", "Largest body in bytes", "number",
              attrs=_between(0, 10485760)),
    )),
    Group("Connection", NET, (
        Entry("ip_version", "IP version", "choice",
              choices=(("any", "Whichever answers"), ("4", "IPv4"), ("6", "IPv6"),
                       ("both", "Both, each with its own verdict"))),
        Entry("follow_redirects", "Follow redirects", "box"),
        Entry("maximum_redirects", "Redirects at most", "number", attrs=_between(0, 20)),
        Entry("verify_tls", "Verify the certificate", "box"),
        Entry("certificate_days", "Degraded if the certificate ends within days", "number",
              "0: never.", attrs=_between(0, 365)),
        Entry("proxy", "Proxy", hint="Like http://proxy.example:3128."),
        Entry("proxy_username", "Proxy user name", attrs={"autocomplete": "off"}),
        Entry("proxy_password", "Proxy password", "secret"),
    )),
    Group("DNS record", ("dns",), (
        Entry("dns_server", "Name server", hint="An address; left empty, the one of this machine."),
        Entry("dns_expected", "Values that must be there", "lines", "One a line."),
    )),
    Group("Heartbeat", ("heartbeat",), (
        Entry("period_s", "Seconds between two heartbeats", "number",
              attrs=_between(1, 31622400)),
        Entry("cron", "Or a cron expression", hint="Like 0 3 * * 1-5: at 03:00 on weekdays."),
        Entry("time_zone", "Its time zone", hint="Like Europe/London."),
        Entry("grace_s", "Seconds it may be late", "number", attrs=_between(1, 2678400)),
    )),
    Group("When it counts", ("http", "tcp", "dns"), (
        Entry("slow_ms", "Degraded if slower than ms", "number", attrs=_between(1, 120000)),
        Entry("failures_to_down", "Failures in a row until it is down", "number",
              attrs=_between(1, 20)),
        Entry("successes_to_up", "Successes in a row until it is up", "number",
              attrs=_between(1, 20)),
        Entry("recheck_s", "Seconds until a failure is checked again", "number",
              attrs=_between(1, 3600)),
    )),
)  # fmt: skip
ENTRIES = {e.name: e for e in (*BASICS, *(e for group in GROUPS for e in group.entries))}
OPTIONS = tuple(name for name in ENTRIES if name in CheckOptions.model_fields)
SECRETS = {name: name for name in CheckSecrets.model_fields if name in ENTRIES} | {
    "secret_headers": "headers"
}
Errors = dict[str, str]


def read(typed: Mapping[str, str]) -> tuple[dict[str, Any] | None, Errors]:
    """The fields as the verbs take them, or None and a message for each field at fault."""
    given = {name: text.strip() for name, text in typed.items() if text.strip()}
    try:
        document: dict[str, Any] = {e.name: given[e.name] for e in BASICS if e.name in given}
        if COMPLETE in given:
            document |= {"options": _options(given), "secrets": _secrets(given)}
        return WebsiteForm.model_validate(document).fields(), {}
    except ValidationError as error:
        return None, by_entry(field_errors(error))
    except _NotPairs as error:
        return None, {error.name: "Write each line like Name: value."}


def by_entry(errors: list[FieldError]) -> Errors:
    """The first message for each field of the form."""
    return {_entry(error.field): error.message for error in reversed(errors)}


def values_of(website: Website) -> dict[str, Any]:
    """What the form shows of a website: all but the secrets."""
    values: dict[str, Any] = {entry.name: getattr(website, entry.name) for entry in BASICS}
    values["tags"] = ", ".join(tag_names(website))
    return values | option_values(options_of(website.options))


def option_values(options: CheckOptions) -> dict[str, Any]:
    """Options as the form shows them."""
    return {name: _text(getattr(options, name)) for name in OPTIONS}


class _NotPairs(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _options(given: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in OPTIONS:
        look = ENTRIES[name].look
        if look == "box":
            found[name] = name in given
        elif name in given:
            found[name] = _parsed(name, given[name], look)
    return found


def _secrets(given: Mapping[str, str]) -> dict[str, Any] | None:
    """The secrets that were typed; the others stay, unless all are to be forgotten."""
    found: dict[str, Any] = {}
    if "forget_secrets" in given:
        found = dict.fromkeys(SECRETS.values())
    for entry, secret in SECRETS.items():
        if entry in given:
            found[secret] = _pairs(entry, given[entry]) if secret == "headers" else given[entry]  # noqa: S105
    return found or None


def _parsed(name: str, text: str, look: str) -> Any:
    if look == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    return _pairs(name, text) if look == "pairs" else text


def _pairs(name: str, text: str) -> dict[str, str]:
    found = {}
    for line in filter(str.strip, text.splitlines()):
        key, colon, value = line.partition(":")
        if not colon:
            raise _NotPairs(name)
        found[key.strip()] = value.strip()
    return found


def _text(value: Any) -> Any:
    if isinstance(value, dict):
        return "\n".join(f"{name}: {text}" for name, text in value.items())
    return "\n".join(value) if isinstance(value, list) else value


def _entry(path: str) -> str:
    first, _, rest = path.partition(".")
    name = rest.split(".")[0] if first in ("options", "secrets") else first
    if first == "secrets":
        return "secret_headers" if name == "headers" else name or "secret_headers"
    return name or "url"
