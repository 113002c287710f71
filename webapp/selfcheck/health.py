"""Is the monitor itself well? Facts in, verdict out.

Without its database or Redis the monitor can neither show nor measure anything: it has failed, and
`/healthz` answers 503. Without workers or a scheduler it still shows what it knows, and restarting
the web server would not help: it is degraded, and `/healthz` answers 200 and says so.
"""

from dataclasses import dataclass

OK = "ok"
DEGRADED = "degraded"
FAILED = "failed"
MISSING = "missing"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Facts:
    """What was found; a time in milliseconds is None when there was no answer in time.

    Then `..._took_ms` is how long the question was waited for, and `..._error` why it failed.
    """

    database_ms: float | None
    redis_ms: float | None
    workers: int = 0
    late_workers: int = 0
    has_scheduler: bool = False
    failed_jobs: int = 0
    longest_wait_s: float = 0.0
    waiting_queue: str = ""
    database_error: str | None = None
    database_took_ms: float = 0.0
    redis_error: str | None = None
    redis_took_ms: float = 0.0


@dataclass(frozen=True)
class Health:
    """The verdict: the whole in one word, and each part in one word."""

    status: str
    database: str
    redis: str
    workers: str
    scheduler: str

    @property
    def http_status(self) -> int:
        """The status that `/healthz` answers with."""
        return 503 if self.status == FAILED else 200


def judge(facts: Facts) -> Health:
    """How well the monitor is."""
    database = OK if facts.database_ms is not None else FAILED
    redis = OK if facts.redis_ms is not None else FAILED
    if redis == FAILED:
        return Health(FAILED, database, redis, UNKNOWN, UNKNOWN)
    workers = OK if facts.workers else MISSING
    scheduler = OK if facts.has_scheduler else MISSING
    if database == FAILED:
        return Health(FAILED, database, redis, workers, scheduler)
    whole = DEGRADED if MISSING in (workers, scheduler) else OK
    return Health(whole, database, redis, workers, scheduler)


def sentence(facts: Facts, health: Health) -> str:
    """The verdict for people."""
    if health.database == FAILED:
        return "The database does not answer: nothing can be shown or stored."
    if health.redis == FAILED:
        return "Redis does not answer: no job can run, so nothing is measured."
    if health.workers == MISSING:
        return "No worker reports: nothing is measured until one starts."
    if health.scheduler == MISSING:
        return "No scheduler is elected: no job is due until one takes over."
    if facts.late_workers:
        return f"{_counted(facts.late_workers, 'worker')} stopped reporting; others carry on."
    if facts.failed_jobs:
        return f"Everything runs. {_counted(facts.failed_jobs, 'job')} failed; see below."
    return "Everything runs."


def look(facts: Facts, health: Health) -> str:
    """The status whose colour and shape the verdict is shown with."""
    if health.status != OK:
        return "critical" if health.status == FAILED else "degraded"
    return "warning" if facts.late_workers or facts.failed_jobs else "healthy"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
