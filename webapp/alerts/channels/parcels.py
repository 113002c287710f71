"""What goes over the wire, and how it went. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from webapp.alerts.messages import Item, Message
from webapp.alerts.models import ChannelKind


@dataclass(frozen=True)
class Parcel:
    """One message for one channel, with all that its way needs; `message_id` makes it one."""

    message_id: str
    channel_id: int
    group_key: str
    kind: ChannelKind
    url: str
    signing_key: str | None
    message: Message
    items: tuple[Item, ...]
    sent_s: int
    private_allowed: bool = True


@dataclass(frozen=True)
class Outcome:
    """How a delivery went: `error` is None when it was taken.

    `is_certain` says that it surely was not taken; where that is not known it is sent again as it
    was, under the same id.
    """

    error: str | None = None
    is_certain: bool = True
    retry_after: timedelta | None = None
