"""The one list of what is kept and for how long."""

from dataclasses import dataclass

from webapp.config import Settings

HISTORY_DAYS = 1826  # five years
USED_LINK_DAYS = 1
FAILED_JOB_DAYS = 7
FAILED_JOBS_KEPT = 200
DIARY_SLACK = 100


@dataclass(frozen=True)
class Policy:
    """What is kept of one noun.

    `name` is its table, or its place in Redis; `days` is None where age does not decide;
    `setting` is the environment variable that changes it, None where nothing does.
    """

    name: str
    noun: str
    days: int | None
    sentence: str
    setting: str | None


def policies(settings: Settings) -> tuple[Policy, ...]:
    """All policies, with the numbers that `settings` gives them."""
    return (
        *_of_machines(settings),
        *_of_websites(settings),
        *_of_ourselves(settings),
        *_of_people(settings),
        *FOR_GOOD,
    )


FOR_GOOD = (
    Policy("health_states", "How the monitor's parts are", None, "For good: a row a part.", None),
    Policy("users", "People", None, "Until an administrator removes them.", None),
    Policy("api_tokens", "API tokens", None, "For good; revoked ones stay listed.", None),
)


def _of_machines(settings: Settings) -> tuple[Policy, ...]:
    raw, minutes = settings.metrics_days, settings.metric_minutes_days
    hours, days, setting = settings.metric_hours_days, settings.metric_days_days, "METRIC_DAYS_DAYS"
    seen = f"{_days(days)[:1].upper()}{_days(days)[1:]} after it was last heard of."
    measured = "As long as anything measured is kept."
    return (
        _by_age("metric_samples", "Readings, the last two hours", raw, "METRICS_DAYS"),
        _by_age("metric_chunks", "Readings, packed", raw, "METRICS_DAYS"),
        _by_age("metric_minutes", "Readings by the minute", minutes, "METRIC_MINUTES_DAYS"),
        _by_age("metric_hours", "Readings by the hour", hours, "METRIC_HOURS_DAYS"),
        _by_age("metric_rollups", "Readings by the day", days, setting),
        _size(settings.metrics_max_mb),
        Policy("metric_series", "What is measured", days, measured, setting),
        _by_age("process_lists", "Lists of processes", raw, "METRICS_DAYS"),
        Policy("hosts", "Hosts", days, seen, setting),
        Policy("dashboards", "Dashboards", None, "As long as their owner keeps them.", None),
    )


def _size(megabytes: int) -> Policy:
    sentence = "No limit."
    if megabytes:
        sentence = f"About {megabytes:,} MB: beyond that the oldest readings go, then minutes."
    return Policy("metrics_size", "Size of all readings", None, sentence, "METRICS_MAX_MB")


def _of_websites(settings: Settings) -> tuple[Policy, ...]:
    hourly, daily = settings.hourly_rollups_days, settings.daily_rollups_days
    summed = "How far checks are summed up"
    return (
        _by_age("monitor_checks", "Checks of websites", settings.checks_days, "CHECKS_DAYS"),
        _by_age("hourly_rollups", "Hourly sums of checks", hourly, "HOURLY_ROLLUPS_DAYS"),
        _by_age("check_rollups", "Daily sums of checks", daily, "DAILY_ROLLUPS_DAYS"),
        Policy("rollup_marks", summed, None, "For good: a row or two.", None),
        _by_age("status_periods", "What websites were and when", HISTORY_DAYS, None),
        _by_age("downtime_windows", "Downtimes", HISTORY_DAYS, None),
        _by_age("maintenance_windows", "Maintenance", HISTORY_DAYS, None),
        _by_age("impairments", "Times the monitor may have been impaired", HISTORY_DAYS, None),
        Policy("websites", "Websites", None, "Until somebody deletes them.", None),
        Policy("website_tags", "Tags of websites", None, "As long as their website.", None),
    )


def _of_ourselves(settings: Settings) -> tuple[Policy, ...]:
    kept = settings.activity_kept
    return (
        Policy(
            "activity_events",
            "Activity",
            None,
            f"The newest {kept:,} entries; the older ones are deleted once there "
            f"are more than {kept + DIARY_SLACK:,}.",
            "ACTIVITY_KEPT",
        ),
        Policy(
            "failed_jobs",
            "Failed jobs",
            FAILED_JOB_DAYS,
            f"{FAILED_JOB_DAYS} days, and of each queue the newest {FAILED_JOBS_KEPT}.",
            None,
        ),
    )


def _of_people(settings: Settings) -> tuple[Policy, ...]:
    days = settings.session_days
    return (
        Policy(
            "sign_ins",
            "Sign-ins",
            days,
            f"Until signed out, ended, or {_days(days)} unused.",
            "SESSION_DAYS",
        ),
        Policy(
            "first_links",
            "Links for the first administrator",
            USED_LINK_DAYS,
            "One day after they were used.",
            None,
        ),
    )


def _by_age(name: str, noun: str, days: int, setting: str | None) -> Policy:
    return Policy(name, noun, days, f"{_days(days)[:1].upper()}{_days(days)[1:]}.", setting)


def _days(days: int) -> str:
    return "one day" if days == 1 else f"{days} days"
