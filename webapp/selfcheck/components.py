"""From what was found to the state of each part of the monitor, and since when. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from webapp.selfcheck.health import DEGRADED, OK, UNKNOWN, Facts

DOWN = "down"
WEB, API, DATABASE, CACHE = "web", "api", "database", "cache"
WORKERS, SCHEDULER, QUEUES, STATSD = "workers", "scheduler", "queues", "statsd"
LABELS = {
    WEB: "Web server",
    API: "API",
    DATABASE: "Database",
    CACHE: "Redis",
    WORKERS: "Workers",
    SCHEDULER: "Scheduler",
    QUEUES: "Queues",
    STATSD: "StatsD",
}
SLOW_MS = 500.0
LONGEST_WAIT_S = 60.0
LATE_FLUSHES, LATE_FLUSH_S = 2, 10
LOOKED_EVERY_S = 20
STALE_AFTER = timedelta(seconds=4 * LOOKED_EVERY_S)
TOLD_AFTER = timedelta(minutes=10)
NO_WEB_SERVER = "No web server was found on this machine, and PUBLIC_URL does not say where it is."


@dataclass(frozen=True)
class Finding:
    """What one look at a part found; `error` says what is wrong with it."""

    state: str
    error: str | None = None
    probe_ms: float | None = None


@dataclass(frozen=True)
class Standing:
    """How a part is and since when; a part that nobody has looked at has no times."""

    component: str
    state: str = UNKNOWN
    since_at: datetime | None = None
    last_error: str | None = None
    last_error_at: datetime | None = None
    checked_at: datetime | None = None
    probe_ms: float | None = None

    @property
    def label(self) -> str:
        """What people call it."""
        return LABELS[self.component]


def findings(facts: Facts) -> dict[str, Finding]:
    """How each part is that can be judged from the database and Redis."""
    found = {
        DATABASE: _answering(facts.database_ms, facts.database_error, facts.database_took_ms),
        CACHE: _answering(facts.redis_ms, facts.redis_error, facts.redis_took_ms),
    }
    if facts.redis_ms is None:
        why = "Redis does not answer, so nobody can tell."
        return found | {part: Finding(UNKNOWN, why) for part in (WORKERS, SCHEDULER, QUEUES)}
    took = facts.redis_ms
    return found | {
        WORKERS: _workers(facts, took),
        SCHEDULER: Finding(OK, None, took)
        if facts.has_scheduler
        else Finding(DOWN, "No scheduler is elected.", took),
        QUEUES: _queues(facts, took),
    }


def _answering(answer_ms: float | None, error: str | None, took_ms: float) -> Finding:
    if answer_ms is None:
        return Finding(DOWN, error or "No answer.", took_ms)
    if answer_ms > SLOW_MS:
        return Finding(DEGRADED, f"The answer took {answer_ms:.0f} ms.", answer_ms)
    return Finding(OK, None, answer_ms)


def _workers(facts: Facts, took_ms: float) -> Finding:
    late = f"{facts.late_workers} of {facts.late_workers + facts.workers} stopped reporting."
    if not facts.workers:
        return Finding(DOWN, late if facts.late_workers else "No worker reports.", took_ms)
    return Finding(DEGRADED, late, took_ms) if facts.late_workers else Finding(OK, None, took_ms)


def _queues(facts: Facts, took_ms: float) -> Finding:
    if facts.longest_wait_s <= LONGEST_WAIT_S:
        return Finding(OK, None, took_ms)
    why = f"A job waits in the queue {facts.waiting_queue} for {facts.longest_wait_s:.0f} s."
    return Finding(DEGRADED, why, took_ms)


def listening(newest_at: datetime | None, now: datetime, flush_s: float) -> Finding:
    """How the StatsD listener is: at every flush it stores how many lines it received."""
    if newest_at is None:
        return Finding(DOWN, "The StatsD listener has not stored anything yet.")
    silent_s = (now - newest_at).total_seconds()
    if silent_s <= LATE_FLUSHES * flush_s + LATE_FLUSH_S:
        return Finding(OK)
    return Finding(DOWN, f"The StatsD listener has stored nothing for {silent_s:.0f} s.")


def after(before: Standing | None, component: str, found: Finding, now: datetime) -> Standing:
    """How the part is once `found` is known; its last error outlives its recovery."""
    before = before or Standing(component)
    is_same = before.state == found.state and before.since_at is not None
    return Standing(
        component,
        found.state,
        before.since_at if is_same else now,
        found.error if found.error else before.last_error,
        now if found.error else before.last_error_at,
        now,
        found.probe_ms,
    )


def is_news(before: Standing | None, standing: Standing) -> bool:
    """Whether a state has changed, as against a number."""
    return before is None or before.state != standing.state or before.since_at is None


def elsewhere(probed: Finding, is_here: bool) -> Finding:
    """What a web server that does not answer here is, if nobody said where else it might be."""
    if probed.state == OK or is_here:
        return probed
    return Finding(UNKNOWN, NO_WEB_SERVER, probed.probe_ms)


def is_better_known(standing: Standing | None, found: Finding, now: datetime) -> bool:
    """Whether a worker on another machine, which can tell, has looked a moment ago."""
    if found.error != NO_WEB_SERVER or standing is None or standing.state == UNKNOWN:
        return False
    return standing.checked_at is not None and now - standing.checked_at <= STALE_AFTER


def is_told(before: Standing | None, standing: Standing) -> bool:
    """Whether the diary tells it: to and from down always, slowness only after a while without it.

    So one that is slow now and then does not fill the diary.
    """
    if before is None or before.since_at is None or standing.since_at is None:
        return False
    states = {before.state, standing.state}
    if len(states) == 1 or standing.state == UNKNOWN:
        return False
    if DOWN in states:
        return True
    return UNKNOWN not in states and standing.since_at - before.since_at >= TOLD_AFTER


def sentence(before: Standing, standing: Standing) -> str:
    """A change that is told, in words."""
    if standing.state == OK and before.since_at and standing.since_at:
        return (
            f"{standing.label}: well again after {_lasting(standing.since_at - before.since_at)}."
        )
    how = "down" if standing.state == DOWN else "degraded"
    return f"{standing.label}: {how}. {standing.last_error or ''}".strip()


def _lasting(time: timedelta) -> str:
    seconds = round(time.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"


def shown(standing: Standing, now: datetime, answering: Collection[str]) -> Standing:
    """What may be claimed now: an old look says nothing, and what is `answering` is not down."""
    is_old = standing.checked_at is None or now - standing.checked_at > STALE_AFTER
    if standing.component in answering:
        if is_old:
            return replace(standing, state=OK)
        return replace(standing, state=DEGRADED) if standing.state == DOWN else standing
    return replace(standing, state=UNKNOWN) if is_old else standing


def in_order(standings: Mapping[str, Standing]) -> list[Standing]:
    """The parts as they are listed."""
    return [standings[name] for name in LABELS if name in standings]
