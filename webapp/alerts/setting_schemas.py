"""What goes into channels, routes and silences, through the API and through forms."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AwareDatetime, Field, field_validator, model_validator

from webapp.alerts.messages import unknown_fields
from webapp.alerts.models import ChannelKind, Severity
from webapp.alerts.schemas import Name, Tags
from webapp.core.jsonapi import Input, Output, Page

Pattern = Annotated[str, Field(min_length=1, max_length=255)]
Patterns = Annotated[list[Pattern], Field(max_length=50)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Day = Annotated[int, Field(ge=0, le=6)]
Template = Annotated[str, Field(max_length=5000)]
GROUPS = ("severity", "source", "host", "service")


class HoursInput(Input):
    """Times of the week: days from 0 (Monday) to 6, a time zone, and from when until when."""

    zone: str
    days: Annotated[list[Day], Field(min_length=1, max_length=7)]
    begins: Clock
    ends: Clock

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("give a time zone such as Europe/Berlin")
        return ZoneInfo(value).key


class MatchersInput(Input):
    """What an alert must be like; patterns may have * and ?, an empty list does not narrow."""

    severities: Annotated[list[Severity], Field(max_length=4)] = []
    source: Patterns = []
    host: Patterns = []
    service: Patterns = []
    title: Patterns = []
    tags: Annotated[Tags, Field(max_length=20)] = {}
    hours: HoursInput | None = None

    def stored(self) -> dict[str, Any]:
        """As `matching.read_matchers` reads it; what does not narrow is left out."""
        found = self.model_dump(mode="json")
        return {name: value for name, value in found.items() if value}


class ChannelBase(Input):
    """What a channel may have."""

    fallback_id: int | None = None
    title_template: Template | None = None
    body_template: Template | None = None

    @field_validator("title_template", "body_template")
    @classmethod
    def _fillable(cls, value: str | None) -> str | None:
        if value and (unknown := unknown_fields(value)):
            raise ValueError(f"there is no ${unknown[0].lstrip('$')} to fill in")
        return value or None


class ChannelCreate(ChannelBase):
    """A new channel; `url` is a secret."""

    name: Name
    kind: ChannelKind
    url: Annotated[str, Field(min_length=1, max_length=4000)]


class ChannelUpdate(ChannelBase):
    """What is to be changed of a channel."""

    name: Name = ""
    url: Annotated[str, Field(min_length=1, max_length=4000)] = ""
    is_active: bool = True


class ChannelRead(Output):
    """A channel, without its address."""

    id: int
    name: str
    kind: ChannelKind
    hint: str
    is_active: bool
    fallback_id: int | None
    title_template: str | None
    body_template: str | None
    last_sent_at: datetime | None
    failing_since_at: datetime | None
    last_error: str | None


class ChannelCreated(ChannelRead):
    """A new channel with the key that signs its webhooks, which is shown this once."""

    signing_key: str | None


class ChannelTested(Output):
    """How a test went; `error` is null when it was taken."""

    error: str | None


class ChannelListResponse(Page[ChannelRead]):
    """The channels."""


class RouteInput(Input):
    """A route: what it takes, and which channels it tells."""

    name: Name
    matchers: MatchersInput = MatchersInput()
    channel_ids: Annotated[list[int], Field(max_length=50)] = []
    parent_id: int | None = None
    continues: bool = False
    is_active: bool = True
    group_by: Annotated[list[Pattern], Field(max_length=10)] = []
    wait_s: Annotated[int, Field(ge=0, le=3600)] = 0
    interval_s: Annotated[int, Field(ge=0, le=86_400)] = 300
    repeat_s: Annotated[int, Field(ge=0, le=31 * 86_400)] = 14_400

    def fields(self) -> dict[str, Any]:
        """The same for the verb."""
        given = self.model_dump(exclude={"matchers", "group_by"})
        return given | {"matchers": self.matchers.stored(), "group_by": {"by": self.group_by}}


class RouteRead(Output):
    """A route."""

    id: int
    name: str
    parent_id: int | None
    position: int
    matchers: dict[str, Any]
    group_by: list[str]
    channel_ids: list[int]
    continues: bool
    is_active: bool
    wait_s: int
    interval_s: int
    repeat_s: int

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, row: Any) -> Any:
        if isinstance(row, dict):
            return row
        names = set(cls.model_fields) - {"group_by", "channel_ids"}
        return {name: getattr(row, name) for name in names} | {
            "group_by": row.group_by.get("by", []),
            "channel_ids": [each.channel_id for each in row.channels],
        }


class RouteListResponse(Page[RouteRead]):
    """The routes, in the order in which they are tried."""


class SilenceInput(Input):
    """A silence: nobody is told of what fits, from `starts_at` (now) until `ends_at`."""

    matchers: MatchersInput = MatchersInput()
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime
    comment: Annotated[str, Field(min_length=1, max_length=1000)]


class SilenceRead(Output):
    """A silence."""

    id: int
    matchers: dict[str, Any]
    starts_at: datetime
    ends_at: datetime
    comment: str
    created_by: str | None
    created_at: datetime


class SilenceListResponse(Page[SilenceRead]):
    """The silences that hold or will."""


class Example(Input):
    """An alert that might be: who would be told of it now?"""

    severity: Severity = Severity.ERROR
    source: str = "fault"
    title: str = "An example"
    host: str | None = None
    service: str | None = None
    tags: Tags = {}


class LookRead(Output):
    """A route that was looked at for the example; `why_not` is null when it is taken."""

    route_id: int
    path: list[str]
    why_not: str | None
    channel_ids: list[int]


class Trial(Output):
    """What would happen with the example."""

    silence_id: int | None
    looks: list[LookRead]
    channels: list[str]
