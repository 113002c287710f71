"""Forms of channels, routes and silences: text that people type, and what it stands for."""

from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field

from webapp.alerts.models import ChannelKind, Route, Severity
from webapp.alerts.schemas import Name
from webapp.alerts.setting_schemas import ChannelBase
from webapp.core.jsonapi import Input

Words = Annotated[str, Field(max_length=2000)]
Part = Annotated[str, Field(max_length=1000)]


class MatchersForm(Input):
    """Patterns with commas between them; tags as name=pattern."""

    least: Severity | None = None
    source: Words = ""
    host: Words = ""
    service: Words = ""
    title_fits: Words = ""
    tags: Words = ""

    def matchers(self) -> dict[str, Any]:
        """The same as `MatchersInput` takes it."""
        least = self.least.rank if self.least else 0
        found: dict[str, Any] = {
            "severities": [s.value for s in Severity if s.rank >= least] if least else [],
            "source": listed(self.source),
            "host": listed(self.host),
            "service": listed(self.service),
            "title": listed(self.title_fits),
            "tags": dict(_pair(each) for each in listed(self.tags)),
        }
        return {name: value for name, value in found.items() if value}


class RouteForm(MatchersForm):
    """A route; the channels are ticked beside, and read apart."""

    name: Name
    channel: str = ""
    parent_id: int | None = None
    continues: bool = False
    is_active: bool = False
    group_by: Words = ""
    wait_s: Annotated[int, Field(ge=0, le=3600)] = 0
    interval_s: Annotated[int, Field(ge=0, le=86_400)] = 300
    repeat_s: Annotated[int, Field(ge=0, le=31 * 86_400)] = 14_400
    zone: str = ""
    days: Words = ""
    begins: str = ""
    ends: str = ""

    def content(self) -> dict[str, Any]:
        """The same as `RouteInput` takes it."""
        own = ("name", "parent_id", "continues", "is_active", "wait_s", "interval_s", "repeat_s")
        found = {name: getattr(self, name) for name in own}
        matchers = self.matchers()
        if self.begins or self.ends:
            days = [int(day) for day in self.days if day in "0123456"]
            hours = {"zone": self.zone or "UTC", "days": days or list(range(7))}
            matchers["hours"] = hours | {"begins": self.begins, "ends": self.ends}
        return found | {"matchers": matchers, "group_by": listed(self.group_by)}


class SilenceForm(MatchersForm):
    """A silence for so many minutes from now."""

    minutes: Annotated[int, Field(ge=1, le=366 * 1440)]
    comment: Annotated[str, Field(min_length=1, max_length=1000)]


class ChannelForm(ChannelBase):
    """A channel: an address, or the fields of one of the usual services."""

    name: Name
    service: str = "address"
    address: Annotated[str, Field(max_length=4000)] = ""
    is_active: bool = False
    server: Part = ""
    account: Part = ""
    secret: Annotated[str, Field(max_length=2000)] = ""
    recipient: Part = ""

    @property
    def kind(self) -> ChannelKind:
        """How it is sent."""
        return ChannelKind.WEBHOOK if self.service == "webhook" else ChannelKind.APPRISE

    @property
    def url(self) -> str:
        """The address that the fields come to; empty when none was given."""
        if self.service in ("address", "webhook"):
            return self.address
        return SERVICES[self.service](self) if self.service in SERVICES else ""


def listed(text: str) -> list[str]:
    """What stands between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _pair(text: str) -> tuple[str, str]:
    name, _, pattern = text.partition("=")
    return name.strip(), pattern.strip() or "*"


def _mail(form: ChannelForm) -> str:
    """Through the mail server of the team, with its account."""
    sender = f"{_safe(form.account)}:{_safe(form.secret)}@" if form.account else ""
    return f"mailtos://{sender}{form.server}?to={_safe(form.recipient)}&from={_safe(form.account)}"


def _ntfy(form: ChannelForm) -> str:
    return f"ntfys://{form.server or 'ntfy.sh'}/{_safe(form.recipient)}"


def _telegram(form: ChannelForm) -> str:
    return f"tgram://{form.secret}/{_safe(form.recipient)}"


def _slack(form: ChannelForm) -> str:
    return form.address


def _sms(form: ChannelForm) -> str:
    return f"twilio://{form.account}:{form.secret}@{form.server}/{_safe(form.recipient)}"


def _safe(text: str) -> str:
    return quote(text, safe="")


SERVICES = {
    "email": _mail,
    "ntfy": _ntfy,
    "telegram": _telegram,
    "slack": _slack,
    "discord": _slack,
    "teams": _slack,
    "sms": _sms,
}
CHOICES = (
    ("webhook", "Webhook, signed"),
    ("email", "E-mail"),
    ("sms", "SMS (Twilio)"),
    ("slack", "Slack"),
    ("discord", "Discord"),
    ("teams", "Microsoft Teams"),
    ("telegram", "Telegram"),
    ("ntfy", "ntfy"),
    ("address", "Any other: an Apprise address"),
)


def typed_of(route: Route) -> dict[str, Any]:
    """What the form of a route holds at first."""
    stored = route.matchers
    hours = stored.get("hours") or {}
    severities = [Severity(value) for value in stored.get("severities", ())]
    least = min(severities, key=lambda severity: severity.rank).value if severities else ""
    return {
        "name": route.name,
        "least": least,
        "source": ", ".join(stored.get("source", ())),
        "host": ", ".join(stored.get("host", ())),
        "service": ", ".join(stored.get("service", ())),
        "title_fits": ", ".join(stored.get("title", ())),
        "tags": ", ".join(f"{name}={value}" for name, value in stored.get("tags", {}).items()),
        "parent_id": route.parent_id or "",
        "continues": route.continues,
        "is_active": route.is_active,
        "group_by": ", ".join(route.group_by.get("by", ())),
        "wait_s": route.wait_s,
        "interval_s": route.interval_s,
        "repeat_s": route.repeat_s,
        "zone": hours.get("zone", ""),
        "days": "".join(str(day) for day in hours.get("days", ())),
        "begins": hours.get("begins", ""),
        "ends": hours.get("ends", ""),
    }
