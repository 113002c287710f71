"""What a check found: phases, failure or warning, hops and evidence. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from webapp.websites.failures import Failure, Reason
from webapp.websites.lanes import Target
from webapp.websites.statuses import MonitorStatus


@dataclass
class Phases:
    """Milliseconds of each phase, summed over the redirects; None for a phase never finished.

    dns: until the name was resolved. connect: until TCP was connected. tls: until the handshake
    was done. ttfb: from the request sent to the first byte of the answer. total: all of it.
    """

    dns: float | None = None
    connect: float | None = None
    tls: float | None = None
    ttfb: float | None = None
    total: float = 0.0


@dataclass(slots=True)  # not frozen: that is slow to make, and every check makes one
class Outcome:
    """What a check found; it is up when there is neither a failure nor a warning.

    `details` has what is beyond the columns of a check: redirects, each family's verdict, the
    evidence of a failure. `certificate` is None when it was not looked at.
    """

    target: Target
    started_at: datetime
    http_status: int | None
    phases: Phases
    failure: Failure | None
    warning: str | None = None
    address: str | None = None
    http_version: str | None = None
    size_bytes: int | None = None
    details: dict[str, Any] | None = field(default=None, compare=False)
    certificate: dict[str, Any] | None = field(default=None, compare=False)

    @property
    def status(self) -> MonitorStatus:
        """What the check found; it is UNKNOWN when the monitor itself was in trouble."""
        if self.failure is None:
            return MonitorStatus.DEGRADED if self.warning else MonitorStatus.UP
        is_ours = self.failure.reason is Reason.MONITOR
        return MonitorStatus.UNKNOWN if is_ours else MonitorStatus.DOWN

    @property
    def message(self) -> str | None:
        """The sentence about what is wrong."""
        return self.failure.message if self.failure else self.warning


def unmade(target: Target, started_at: datetime, failure: Failure) -> Outcome:
    """The outcome of a check for which nothing was sent."""
    return Outcome(target, started_at, None, Phases(), failure)


def both(four: Outcome, six: Outcome) -> Outcome:
    """One outcome of the checks over IPv4 and IPv6: down when both fail, degraded when one does."""
    shown, other = (six, four) if four.failure and not six.failure else (four, six)
    warning = shown.warning or other.warning
    if other.failure and not shown.failure:
        warning = f"Over {'IPv6' if other is six else 'IPv4'}: {other.failure.message}"
    families = {"4": _verdict(four), "6": _verdict(six)}
    return Outcome(
        target=shown.target,
        started_at=min(four.started_at, six.started_at),
        http_status=shown.http_status,
        phases=shown.phases,
        failure=shown.failure,
        warning=warning,
        address=shown.address,
        http_version=shown.http_version,
        size_bytes=shown.size_bytes,
        details={**(shown.details or {}), "families": families},
        certificate=shown.certificate or other.certificate,
    )


def _verdict(outcome: Outcome) -> dict[str, Any]:
    return {
        "status": outcome.status.value,
        "message": outcome.message,
        "address": outcome.address,
        "http_status": outcome.http_status,
        "total_ms": round(outcome.phases.total, 3),
    }
