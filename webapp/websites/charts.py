"""The numbers behind a website's chart."""

from collections.abc import Sequence
from typing import Any

from webapp.core import clock
from webapp.websites.models import MonitorCheck

SERIES = {
    "Total": "response_time_ms",
    "First byte": "ttfb_ms",
    "TLS": "tls_time_ms",
    "Connect": "connect_time_ms",
    "DNS": "dns_time_ms",
}


def phases(checks: Sequence[MonitorCheck]) -> dict[str, Any]:
    """The total and each phase in ms over time, oldest first; a failed check leaves a gap."""
    oldest_first = list(reversed(checks))
    return {
        "series": [
            {"label": label, "unit": "ms", "points": points}
            for label, name in SERIES.items()
            if (points := _points(oldest_first, name))
        ]
    }


def _points(checks: Sequence[MonitorCheck], name: str) -> list[list[float | None]]:
    points: list[list[float | None]] = [
        [clock.to_ms(c.checked_at), None if c.failure_reason else getattr(c, name)] for c in checks
    ]
    return points if any(value is not None for _, value in points) else []
