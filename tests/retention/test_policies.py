"""The list of what is kept says what the code does."""

import pytest

from webapp import config
from webapp.activity.actions import HYSTERESIS
from webapp.core.db import db
from webapp.core.queue import FAILURE_TTL_S
from webapp.issues.forgetting import NEWS_HOURS
from webapp.retention import policies
from webapp.retention.actions import FORGETTINGS
from webapp.selfcheck.actions import FAILED_KEPT

SETTINGS = config.Settings()
FOUND = {p.name: p for p in policies.policies(SETTINGS)}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("metric_samples", "7 days."),
        ("monitor_checks", "90 days."),
        ("operational_issues", "90 days; the first and the last as their issue."),
        ("recurring_issues", "For good; resolved ones 180 days after they were last seen."),
        ("occurrences_size", "About 2,000 MB: beyond that issues with most of them keep fewer."),
        ("received_occurrences", "Until they are digested; refused ones 30 days."),
        ("failed_jobs", "7 days, and of each queue the newest 200."),
        ("sign_ins", "Until signed out, ended, or 14 days unused."),
    ],
)
def test_each_policy_is_a_sentence_with_its_number(name, sentence):
    assert FOUND[name].sentence == sentence


def test_the_diary_keeps_1000_and_is_pruned_above_1100():
    assert "newest 1,000" in FOUND["activity_events"].sentence
    assert "more than 1,100" in FOUND["activity_events"].sentence


def test_one_day_is_not_written_as_1_days():
    one = policies.policies(config.Settings(metrics_days=1))
    assert one[0].sentence == "One day."


def test_every_table_has_a_policy():
    assert set(db.metadata.tables) <= set(FOUND)


def test_every_policy_that_goes_by_time_or_number_has_a_job_behind_it():
    timed = {n for n, p in FOUND.items() if p.setting or p.days is not None}
    assert set(FORGETTINGS) == timed - {"failed_jobs"}


def test_a_setting_that_is_named_exists():
    assert {p.setting for p in FOUND.values() if p.setting} <= {s.name for s in config.SETTINGS}


def test_numbers_kept_elsewhere_are_the_same_there():
    assert FAILURE_TTL_S == policies.FAILED_JOB_DAYS * 86_400
    assert NEWS_HOURS == policies.NEWS_HOURS
    assert (FAILED_KEPT, HYSTERESIS) == (policies.FAILED_JOBS_KEPT, policies.DIARY_SLACK)
