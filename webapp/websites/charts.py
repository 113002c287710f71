"""The numbers behind a website's chart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from webapp.core import clock
from webapp.websites.models import MonitorCheck, RollupSpan
from webapp.websites.summaries import DAY, HOUR, Summary, floor

SERIES = {
    "Total": "response_time_ms",
    "Transfer": "transfer_ms",
    "First byte": "ttfb_ms",
    "TLS": "tls_time_ms",
    "Connect": "connect_time_ms",
    "DNS": "dns_time_ms",
}
PHASES = {
    "Transfer": "transfer",
    "First byte": "ttfb",
    "TLS": "tls",
    "Connect": "connect",
    "DNS": "dns",
}
RECENT = "recent"


@dataclass(frozen=True)
class Range:
    """How far back a chart of hours or days goes."""

    label: str
    span: RollupSpan
    length: timedelta

    @property
    def step(self) -> timedelta:
        """The time between two points."""
        return HOUR if self.span is RollupSpan.HOUR else DAY


RANGES: dict[str, Range] = {
    "24h": Range("24 hours", RollupSpan.HOUR, DAY),
    "7d": Range("7 days", RollupSpan.HOUR, 7 * DAY),
    "30d": Range("30 days", RollupSpan.HOUR, 30 * DAY),
    "90d": Range("90 days", RollupSpan.DAY, 90 * DAY),
    "1y": Range("1 year", RollupSpan.DAY, 365 * DAY),
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


def percentiles(
    points: Sequence[tuple[datetime, Summary]], chosen: Range, now: datetime
) -> dict[str, Any]:
    """The quantiles of the range that ends now."""
    return quantiles(points, chosen.step, now - chosen.length, now)


def quantiles(
    points: Sequence[tuple[datetime, Summary]], step: timedelta, since: datetime, until: datetime
) -> dict[str, Any]:
    """p50 and p95 of the total and p50 of each phase in ms; a step without checks is a gap."""
    found = dict(points)
    moments = list(_moments(step, max(floor(since, step), min(found, default=until)), until))
    lines = [("Total p95", "total", 0.95), ("Total p50", "total", 0.5)]
    lines += [(f"{label} p50", phase, 0.5) for label, phase in PHASES.items()]
    series = []
    for label, phase, share in lines:
        values = [found[at].quantile(phase, share) if at in found else None for at in moments]
        if any(value is not None for value in values):
            drawn = [
                [clock.to_ms(at), None if value is None else round(value, 2)]
                for at, value in zip(moments, values, strict=True)
            ]
            series.append({"label": label, "unit": "ms", "points": drawn})
    return {"series": series}


def _moments(step: timedelta, at: datetime, until: datetime) -> Iterator[datetime]:
    while at <= until:
        yield at
        at += step


def _points(checks: Sequence[MonitorCheck], name: str) -> list[list[float | None]]:
    points: list[list[float | None]] = [
        [clock.to_ms(c.checked_at), None if c.failure_reason else getattr(c, name)] for c in checks
    ]
    return points if any(value is not None for _, value in points) else []
