"""The one list of what is kept and for how long."""

from dataclasses import dataclass

from webapp.alerts.patience import SILENCE_DAYS
from webapp.config import Settings

HISTORY_DAYS = 1826  # five years
USED_LINK_DAYS = 1
FAILED_JOB_DAYS = 7
FAILED_JOBS_KEPT = 200
DIARY_SLACK = 100
NEWS_HOURS = 1


@dataclass(frozen=True)
class Policy:
    """What is kept of one noun.

    `name` is its table, or its place in Redis; `days` is None where age does not decide, and 0
    where less than a day does; `setting` is the environment variable that changes it, None where
    nothing does.
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
        *_of_issues(settings),
        *_of_alerts(settings),
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


def _of_issues(settings: Settings) -> tuple[Policy, ...]:
    refused, hours = settings.refused_occurrences_days, settings.issue_hours_days
    return (
        _resolved(settings.resolved_issues_days),
        _occurrences("faults", "Faults", settings.occurrences_days),
        _occurrences("overloads", "Overloads", settings.occurrences_days),
        _occurrences("operational_issues", "Operational issues", settings.occurrences_days),
        _spread(settings.occurrences_per_issue),
        _occurrences_size(settings.occurrences_max_mb),
        _by_age("issue_hours", "How often issues came by the hour", hours, "ISSUE_HOURS_DAYS"),
        Policy(
            "received_occurrences",
            "Received occurrences",
            refused,
            f"Until they are digested; refused ones {_days(refused)}.",
            "REFUSED_OCCURRENCES_DAYS",
        ),
        Policy(
            "counted_origins",
            "Counted and not kept",
            None,
            "An hour, in which it may be sent again.",
            None,
        ),
        Policy("metric_news", "Samples that the judge has not read", 0, "One hour.", None),
        *(Policy(name, noun, None, WITH_THEIR_ISSUE, None) for name, noun in PARTS_OF_ISSUES),
        Policy("grouping_rules", "Grouping rules", None, "Until somebody deletes them.", None),
        Policy("threshold_rules", "Threshold rules", None, "Until somebody deletes them.", None),
        Policy("rule_watches", "Where rules stand", None, "As long as rule and series.", None),
        Policy("judge_marks", "How far the judge is", None, "For good: a row or two.", None),
    )


def _of_alerts(settings: Settings) -> tuple[Policy, ...]:
    days = settings.alerts_days
    sentence = f"While they are open; {_days(days)} after that."
    return (
        Policy("alerts", "Alerts", days, sentence, "ALERTS_DAYS"),
        *(Policy(name, noun, None, "As long as their alert.", None) for name, noun in OF_AN_ALERT),
        _by_age("silences", "Silences", SILENCE_DAYS, None),
        Policy("channels", "Channels", None, "Until somebody deletes them.", None),
        Policy("routes", "Routes", None, "Until somebody deletes them.", None),
        Policy("route_channels", "Which channels routes tell", None, "As long as both.", None),
    )


OF_AN_ALERT = (
    ("alert_transitions", "What became of alerts"),
    ("alert_reasons", "Why who was told"),
    ("notifications", "What was told"),
)
WITH_THEIR_ISSUE = "As long as their recurring issue."
PARTS_OF_ISSUES = (
    ("issue_fingerprints", "Fingerprints"),
    ("affected_names", "Affected hosts, services and people"),
    ("issue_transitions", "What became of recurring issues"),
    ("issue_comments", "Comments"),
    ("issue_links", "Links"),
)


def _resolved(days: int) -> Policy:
    sentence = f"For good; resolved ones {_days(days)} after they were last seen."
    setting = "RESOLVED_ISSUES_DAYS"
    return Policy("recurring_issues", "Recurring issues, their counts", days, sentence, setting)


def _occurrences(name: str, noun: str, days: int) -> Policy:
    sentence = f"{_days(days)[:1].upper()}{_days(days)[1:]}; the first and the last as their issue."
    return Policy(name, noun, days, sentence, "OCCURRENCES_DAYS")


def _spread(count: int) -> Policy:
    sentence = f"About {count:,}: the first, the last and a spread of what lies between."
    noun, setting = "Occurrences of one recurring issue", "OCCURRENCES_PER_ISSUE"
    return Policy("occurrences_per_issue", noun, None, sentence, setting)


def _occurrences_size(megabytes: int) -> Policy:
    sentence = "No limit."
    if megabytes:
        sentence = f"About {megabytes:,} MB: beyond that issues with most of them keep fewer."
    setting = "OCCURRENCES_MAX_MB"
    return Policy("occurrences_size", "Size of all occurrences", None, sentence, setting)


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
