"""Only what is older than its policy keeps is deleted, a batch at a time."""

import pytest
from sqlalchemy import select

from tests.retention.conftest import NOW, ago
from tests.statements import count_statements
from webapp.accounts.models import FirstLink, SignIn, User
from webapp.core.db import db
from webapp.retention import actions
from webapp.websites.models import CheckRollup, DowntimeWindow, MonitorCheck, StatusPeriod


def forget(name, settings):
    return list(actions.FORGETTINGS[name](settings, NOW))


def ages(column):
    moments = db.session.scalars(select(column))
    return sorted(round((NOW - at).total_seconds() / 86_400, 2) for at in moments)


def test_checks_older_than_ninety_days_go_in_batches_of_every_website(
    context, settings, rows, monkeypatch
):
    monkeypatch.setattr(actions, "BATCH", 2)
    rows.checks(99, 98, 97, 89)
    rows.checks(95, 1)
    assert forget("monitor_checks", settings) == [2, 1, 1]
    assert ages(MonitorCheck.checked_at) == [1, 89]


def test_a_check_that_is_old_among_young_ones_goes_alone(context, settings, rows):
    rows.checks(99, 1, 98, 2)
    forget("monitor_checks", settings)
    assert ages(MonitorCheck.checked_at) == [1, 2]


def test_hourly_sums_go_after_400_days_and_daily_ones_after_five_years(
    context, settings, rows, monkeypatch
):
    rows.rollups(399, 401, 1825, 1827, 3000)
    assert forget("hourly_rollups", settings) == [1, 1, 1, 1]
    assert forget("check_rollups", settings) == [1, 1]
    assert ages(CheckRollup.started_at) == [399, 399, 401, 1825]


def test_sign_ins_that_ran_out_go_and_their_people_stay(context, settings, rows):
    rows.sign_in("out", -1)
    rows.sign_in("in", 1)
    assert forget("sign_ins", settings) == [1]
    assert db.session.scalars(select(SignIn.key_hash)).all() == ["in"]
    assert len(db.session.scalars(select(User)).all()) == 2


def test_links_go_a_day_after_they_were_used_and_unused_ones_stay(context, settings, rows):
    rows.link("used", 2)
    rows.link("just used", 0.5)
    rows.link("unused")
    assert forget("first_links", settings) == [1]
    assert set(db.session.scalars(select(FirstLink.token_hash))) == {"just used", "unused"}


@pytest.mark.parametrize("name", sorted(actions.FORGETTINGS))
def test_with_nothing_to_forget_nothing_is_deleted(context, settings, rows, name):
    rows.series("a", 1)
    rows.checks(1)
    with count_statements(context) as statements:
        assert sum(forget(name, settings)) == 0
    assert not [s for s in statements if s.startswith("DELETE")]
    assert len(statements) <= 3  # three tables have occurrences


def test_ages_are_counted_from_the_moment_given():
    assert (NOW - ago(7)).days == 7


def test_periods_and_downtimes_of_five_years_are_kept_and_what_goes_on_stays(
    context, settings, rows
):
    website = rows.checks(1)
    for started, ended in ((4000, 2000), (2000, 1800), (1800, None)):
        end = ended and ago(ended)
        db.session.add(
            StatusPeriod(website_id=website.id, status="UP", started_at=ago(started), ended_at=end)
        )
        db.session.add(
            DowntimeWindow(
                website_id=website.id, initial_status="DOWN", started_at=ago(started), ended_at=end
            )
        )
    db.session.flush()
    for name, table in (("status_periods", StatusPeriod), ("downtime_windows", DowntimeWindow)):
        assert forget(name, settings) == [1]
        left = db.session.scalars(select(table.started_at).order_by(table.started_at)).all()
        assert left == [ago(2000), ago(1800)]
