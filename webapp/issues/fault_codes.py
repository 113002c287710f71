"""The faults that Watchkeeper raises by itself: a code that stays, how bad it is, and its fact.

Codes are names that people filter and build on: one is never renamed, nor given another meaning.
`docs/issues.md` has the same table. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.issues.kinds import Severity

WEBSITE_DOWN = "WEBSITE_DOWN"
HEARTBEAT_MISSED = "HEARTBEAT_MISSED"
HEARTBEAT_FAILED = "HEARTBEAT_FAILED"
CERTIFICATE_EXPIRING = "CERTIFICATE_EXPIRING"
CERTIFICATE_EXPIRED = "CERTIFICATE_EXPIRED"
HOST_SILENT = "HOST_SILENT"
NO_DATA = "NO_DATA"
DISK_FULL_FORECAST = "DISK_FULL_FORECAST"
DATABASE_UNREACHABLE = "DATABASE_UNREACHABLE"
REDIS_UNREACHABLE = "REDIS_UNREACHABLE"
WORKERS_MISSING = "WORKERS_MISSING"
SCHEDULER_MISSING = "SCHEDULER_MISSING"
MONITOR_IMPAIRED = "MONITOR_IMPAIRED"


@dataclass(frozen=True, slots=True)
class FaultCode:
    """A code, how bad it is, what it says, and until when it lasts."""

    code: str
    severity: Severity
    sentence: str
    lasts: str


def _table(*codes: FaultCode) -> Mapping[str, FaultCode]:
    return {each.code: each for each in codes}


CODES = _table(
    FaultCode(
        WEBSITE_DOWN, Severity.CRITICAL,
        "A website is down: a downtime was confirmed.",
        "until the downtime ends, or the website is paused or in maintenance",
    ),
    FaultCode(
        HEARTBEAT_MISSED, Severity.ERROR,
        "A job did not send its heartbeat in time.",
        "until its next heartbeat",
    ),
    FaultCode(
        HEARTBEAT_FAILED, Severity.ERROR,
        "A job's heartbeat said that the job failed.",
        "until a heartbeat says that it succeeded",
    ),
    FaultCode(
        CERTIFICATE_EXPIRING, Severity.WARNING,
        "A website's certificate ends within the days that were set for it.",
        "until another certificate is served, or this one has ended",
    ),
    FaultCode(
        CERTIFICATE_EXPIRED, Severity.ERROR,
        "A website's certificate has ended.",
        "until another certificate is served",
    ),
    FaultCode(
        HOST_SILENT, Severity.CRITICAL,
        "Nothing is heard of a machine any more.",
        "until it is heard of again",
    ),
    FaultCode(
        NO_DATA, Severity.WARNING,
        "Metrics that rules watch do not come any more from a machine that is heard of.",
        "until they come again, or the machine falls silent as a whole",
    ),
    FaultCode(
        DISK_FULL_FORECAST, Severity.WARNING,
        "A disk fills so steadily that it will be full within three days; error within one day, "
        "critical within six hours.",
        "until it fills more slowly, or was emptied",
    ),
    FaultCode(
        DATABASE_UNREACHABLE, Severity.CRITICAL,
        "Watchkeeper's database did not answer.",
        "told, with its end, when the database answers again",
    ),
    FaultCode(
        REDIS_UNREACHABLE, Severity.CRITICAL,
        "Watchkeeper's Redis does not answer, so no job runs.",
        "until it answers again",
    ),
    FaultCode(
        WORKERS_MISSING, Severity.CRITICAL,
        "No worker takes jobs.",
        "until one does",
    ),
    FaultCode(
        SCHEDULER_MISSING, Severity.ERROR,
        "No scheduler is elected, so no periodic job is sent.",
        "until one is elected",
    ),
    FaultCode(
        MONITOR_IMPAIRED, Severity.ERROR,
        "A part of Watchkeeper does not work well: its own network, web server, API, queues, "
        "StatsD listener, or an answer that takes long.",
        "until the part is well again",
    ),
)  # fmt: skip
