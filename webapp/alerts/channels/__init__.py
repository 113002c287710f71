"""The ways to reach people: each takes a parcel and says how it went. They touch the wire alone."""

from collections.abc import Callable

from webapp.alerts.channels.apprise_channel import send_by_apprise
from webapp.alerts.channels.parcels import Outcome as Outcome
from webapp.alerts.channels.parcels import Parcel as Parcel
from webapp.alerts.channels.webhook_channel import send_by_webhook
from webapp.alerts.models import ChannelKind

WAYS: dict[ChannelKind, Callable[[Parcel], Outcome]] = {
    ChannelKind.APPRISE: send_by_apprise,
    ChannelKind.WEBHOOK: send_by_webhook,
}


def send(parcel: Parcel) -> Outcome:
    """Send it its way; whatever goes wrong comes back as an outcome."""
    try:
        return WAYS[parcel.kind](parcel)
    except Exception as error:
        return Outcome(f"{type(error).__name__}: {error}"[:500], is_certain=False)
