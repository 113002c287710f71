"""What the metrics of an application mean whose names every Watchkeeper client uses: pure."""

from collections.abc import Iterator

from webapp.metrics.readings import ApplicationMetricType, Measure

Type = ApplicationMetricType
COUNT = "count"
TIMED = (
    ("", "mean", "Mean"),
    ("_p50", "median", "Median"),
    ("_p95", "95 %", "95 in 100 took no longer:"),
    ("_max", "longest", "Longest"),
)


def _timed(metric_type: Type, name: str, label: str, of: str) -> Iterator[Measure]:
    for suffix, word, words in TIMED:
        full = f"{name}{suffix}_ms"
        yield Measure(metric_type, full, "ms", f"{label}, {word}", f"{words} {of}.", full)


def _one(metric_type: Type, name: str, unit: str, label: str, text: str) -> Measure:
    return Measure(metric_type, name, unit, label, text, name, 100 if unit == "%" else None)


REQUESTS = (
    _one(Type.REQUEST, "requests", COUNT, "Requests", "Requests by route, method and outcome."),
    *_timed(Type.RESPONSE_TIME, "response_time", "Response time", "time to answer a request"),
    _one(Type.ERROR_RATE, "error_rate_percent", "%", "Errors", "Requests answered with 5xx."),
)
PEOPLE = (
    _one(
        Type.USER_COUNT,
        "active_users",
        "users",
        "Active people",
        "People who asked for something in the last five minutes.",
    ),
    _one(
        Type.USER_COUNT,
        "active_sessions",
        "sessions",
        "Active sessions",
        "Browsers that asked for something in the last five minutes.",
    ),
    _one(
        Type.USER_COUNT,
        "user_actions",
        COUNT,
        "Actions of people",
        "What people did that is in the diary, by its kind.",
    ),
    _one(
        Type.CUSTOM,
        "feature_uses",
        COUNT,
        "Feature use",
        "Pages that people opened and forms they sent, by feature.",
    ),
)
TASKS = (
    _one(Type.QUEUE_SIZE, "queue_size", "jobs", "Queue", "Jobs that wait, by queue."),
    _one(
        Type.QUEUE_SIZE,
        "queue_oldest_s",
        "s",
        "Oldest job",
        "How long the job has waited that waits longest, by queue.",
    ),
    _one(Type.TASK_COUNT, "jobs_run", COUNT, "Jobs", "Jobs that ended, by name and outcome."),
    *_timed(Type.TASK_COUNT, "job_wait", "Wait of jobs", "time a job waited until it began"),
    *_timed(Type.TASK_COUNT, "job_run", "Run of jobs", "time a job ran"),
)
SECTIONS = {"Requests": REQUESTS, "Users": PEOPLE, "Tasks": TASKS}
MEASURES = (*REQUESTS, *PEOPLE, *TASKS)
