"""What people do with websites, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.websites.makers import check, website
from webapp.activity.models import ActivityEvent
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.websites import actions, queries
from webapp.websites.models import MonitorCheck, MonitorStatus, Website

URL = "http://example.org/"


def entries():
    return list(db.session.scalars(select(ActivityEvent.type).order_by(ActivityEvent.id)))


class TestAdd:
    def test_a_new_website_is_due_at_once_and_called_by_its_host(self, context):
        now = clock.now()
        made, is_new = actions.add({"url": URL}, now)
        assert is_new
        assert (made.name, made.next_check_at, made.status) == (
            "example.org",
            now,
            MonitorStatus.UNKNOWN,
        )
        assert entries() == ["website_added"]

    def test_the_same_again_is_the_same(self, context):
        first, _ = actions.add({"url": URL, "check_interval": 5}, clock.now())
        assert actions.add({"url": URL}, clock.now()) == (first, False)
        assert actions.add({"url": URL, "check_interval": 5}, clock.now()) == (first, False)
        assert entries() == ["website_added"]

    def test_the_same_url_with_other_values_is_refused_by_name(self, context):
        actions.add({"url": URL}, clock.now())
        with pytest.raises(Problem) as refused:
            actions.add({"url": URL, "timeout": 5, "name": "example.org"}, clock.now())
        assert refused.value.status == 409
        assert [e.field for e in refused.value.errors] == ["timeout"]

    def test_two_who_add_it_at_once_get_one(self, context, monkeypatch):
        first, _ = actions.add({"url": URL}, clock.now())
        db.session.commit()
        answers = [None, first]
        monkeypatch.setattr(queries, "get_by_url", lambda url: answers.pop(0))
        assert actions.add({"url": URL}, clock.now()) == (first, False)


class TestEdit:
    def test_what_differs_is_changed_and_told(self, context):
        made = website(name="old")
        actions.edit(made, {"name": "new", "timeout": made.timeout}, clock.now())
        assert made.name == "new"
        (entry,) = db.session.scalars(select(ActivityEvent))
        assert entry.message == "Website new was changed: name"

    def test_no_difference_is_no_news(self, context):
        made = website()
        actions.edit(made, {"name": made.name}, clock.now())
        assert entries() == []

    def test_the_url_of_another_is_refused(self, context):
        made, other = website(1), website(2)
        with pytest.raises(Problem) as refused:
            actions.edit(made, {"url": other.url}, clock.now())
        assert [e.field for e in refused.value.errors] == ["url"]

    def test_another_url_is_another_site_and_is_checked_at_once(self, context):
        later = clock.now() + timedelta(hours=1)
        made = website(status=MonitorStatus.UP, next_check_at=later, response_time_ms=3.0)
        now = clock.now()
        actions.edit(made, {"url": URL}, now)
        assert (made.status, made.next_check_at, made.response_time_ms) == (
            MonitorStatus.UNKNOWN,
            now,
            None,
        )

    def test_a_shorter_interval_counts_from_now(self, context):
        now = clock.now()
        made = website(check_interval=86_400, next_check_at=now + timedelta(hours=9))
        actions.edit(made, {"check_interval": 10}, now)
        assert now < made.next_check_at <= now + timedelta(seconds=10)

    def test_pausing_and_resuming_by_edit_is_told_as_such(self, context):
        made = website(status=MonitorStatus.DOWN)
        actions.edit(made, {"is_active": False}, clock.now())
        assert made.state == "paused"
        actions.edit(made, {"is_active": True, "name": "x"}, clock.now())
        assert entries() == ["website_paused", "website_changed", "website_resumed"]


class TestPause:
    def test_a_paused_website_is_not_known_to_be_down(self, context):
        now = clock.now()
        made = website(status=MonitorStatus.DOWN, error_message="No.")
        actions.pause(made, now)
        assert (made.is_active, made.status, made.status_since_at, made.error_message) == (
            False,
            MonitorStatus.UNKNOWN,
            now,
            None,
        )

    def test_twice_is_told_once(self, context):
        made = website()
        for verb in (actions.pause, actions.pause, actions.resume, actions.resume):
            verb(made, clock.now())
        assert entries() == ["website_paused", "website_resumed"]

    def test_a_resumed_website_is_due_at_once(self, context):
        later = clock.now() + timedelta(hours=1)
        made = website(is_active=False, next_check_at=later)
        now = clock.now()
        actions.resume(made, now)
        assert made.next_check_at == now


class TestRequestCheck:
    def test_it_is_due_now(self, context):
        made = website(next_check_at=clock.now() + timedelta(hours=1))
        now = clock.now()
        actions.request_check(made, now)
        assert made.check_requested_at == made.next_check_at == now

    def test_a_paused_website_is_refused(self, context):
        made = website(is_active=False)
        with pytest.raises(Problem) as refused:
            actions.request_check(made, clock.now())
        assert refused.value.status == 409


def test_a_deleted_website_takes_its_checks_along_and_no_others(context):
    made, other = website(1), website(2)
    check(made)
    check(other)
    actions.remove(made)
    db.session.commit()
    assert db.session.scalars(select(Website)).all() == [other]
    assert db.session.scalar(select(func.count(MonitorCheck.id))) == 1
    assert entries() == ["website_removed"]
