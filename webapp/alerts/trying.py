"""Questions: who would be told of an alert like this one, now."""

from datetime import datetime
from typing import Any

from webapp.alerts import queries
from webapp.alerts.matching import Facts
from webapp.alerts.routing import looks


def trial(facts: Facts, now: datetime) -> dict[str, Any]:
    """The silence that covers it, the routes that are looked at, and the channels that are told."""
    silence = queries.silence_of(facts, now)
    found = looks(queries.branches(), facts, now)
    names = {channel.id: channel.name for channel in queries.channels()}
    told = {i for look in found if look.why_not is None for i in look.branch.channel_ids}
    return {
        "silence_id": silence.id if silence else None,
        "looks": [
            {
                "route_id": look.branch.id,
                "path": list(look.path),
                "why_not": look.why_not,
                "channel_ids": list(look.branch.channel_ids),
            }
            for look in found
        ],
        "channels": [] if silence else sorted(names[channel_id] for channel_id in told),
    }
