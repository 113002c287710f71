"""What the monitor says about itself as JSON."""

from datetime import datetime
from typing import Literal

from webapp.core.jsonapi import Output

State = Literal["ok", "degraded", "down", "unknown"]


class ComponentRead(Output):
    """A part of the monitor: how it is, since when, and what the last probe found."""

    component: str
    label: str
    state: State
    since_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    checked_at: datetime | None
    probe_ms: float | None


class HealthRead(Output):
    """Each part in one word, the same as `/healthz`, and then all that is known of each."""

    status: Literal["ok", "degraded", "failed"]
    database: Literal["ok", "failed"]
    redis: Literal["ok", "failed"]
    workers: Literal["ok", "missing", "unknown"]
    scheduler: Literal["ok", "missing", "unknown"]
    message: str
    components: list[ComponentRead]


class QueueRead(Output):
    """A queue: jobs that wait, run and failed, and since when the oldest waits."""

    name: str
    waiting: int
    running: int
    failed: int
    oldest_at: datetime | None


class WorkerRead(Output):
    """A worker process as it last reported."""

    name: str
    host: str
    pid: str
    state: str
    job: str | None
    started_at: datetime | None
    heartbeat_at: datetime | None
    is_late: bool


class SchedulerRead(Output):
    """A scheduler that stands for election."""

    name: str
    host: str
    heartbeat_at: datetime
    is_elected: bool


class StatusRead(Output):
    """The monitor's parts in numbers; lists are empty while Redis does not answer."""

    status: Literal["ok", "degraded", "failed"]
    components: dict[str, State]
    database_ms: float | None
    database_bytes: int | None
    redis_ms: float | None
    redis_bytes: int | None
    disk_free_bytes: int
    disk_total_bytes: int
    websites: dict[str, int]
    queues: list[QueueRead]
    workers: list[WorkerRead]
    schedulers: list[SchedulerRead]
