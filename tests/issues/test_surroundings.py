"""What else happened within ten minutes of an occurrence."""

from datetime import timedelta

import pytest

from tests.issues.makers import fault, issue, operational, overload
from tests.statements import count_statements, explain_statements
from tests.websites.makers import check, website
from webapp.activity import actions as diary
from webapp.activity.models import ActivityEvent, ActivityType
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import occurrence_queries, surroundings
from webapp.issues.kinds import IssueKind
from webapp.metrics.models import MetricKind, MetricSample, MetricSeries
from webapp.websites.models import MonitorStatus


@pytest.fixture
def record(context):
    """An occurrence of twenty minutes ago on a host."""
    row = operational(issue("Job died"), 20, host="web-1")
    return occurrence_queries.occurrence(row.recurring_issue)


def texts(record):
    return [fact.text for fact in surroundings.around(record).facts]


def series(name, source, *values, kind=MetricKind.SYSTEM, unit="%"):
    """A series with a sample every 30 s up to twenty minutes ago."""
    types = {MetricKind.SYSTEM: "cpu", MetricKind.APPLICATION: "queue_size"}
    row = MetricSeries(
        fingerprint=f"{name}{source}", kind=kind, metric_type=types[kind], name=name, unit=unit,
        source=source, details={},
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    first = clock.to_ms(clock.now() - timedelta(minutes=20, seconds=30 * len(values)))
    for place, value in enumerate(values):
        db.session.add(MetricSample(series_id=row.id, at_ms=first + place * 30_000, value=value))
    db.session.flush()


def test_alone_there_is_only_itself(record):
    found = surroundings.around(record)
    assert [(fact.text, fact.is_it) for fact in found.facts] == [("This occurrence", True)]
    assert (found.x, found.lanes, found.source_href) == (600, [], "/machines/web-1")


def test_checks_that_failed_are_told_once_for_each_website(record):
    shop = website(1, name="Shop")
    for minutes in (21, 22, 23):
        check(shop, minutes, status=MonitorStatus.DOWN, error_message="refused")
    check(shop, 24)
    check(website(2, name="Far"), 60, status=MonitorStatus.DOWN)
    assert texts(record) == ["3 checks of Shop failed: refused", "This occurrence"]


def test_the_diary_is_told_but_not_what_issues_write_there(record):
    for type, minutes in ((ActivityType.WEBSITE_CHANGED, 15), (ActivityType.ISSUE_OPENED, 16),
                          (ActivityType.SYSTEM_WARNING, 45)):  # fmt: skip
        diary.record(type, type.value)
        row = db.session.scalars(db.select(ActivityEvent).order_by(ActivityEvent.id.desc())).first()
        row.created_at = clock.now() - timedelta(minutes=minutes)
    db.session.flush()
    assert texts(record) == ["This occurrence", "website_changed"]


def test_other_issues_are_told_once_with_how_often_they_came(record):
    other = issue("Disk full", kind=IssueKind.FAULT)
    for minutes in (12, 13, 14):
        fault(other, minutes)
    overload(issue("CPU on web-1", kind=IssueKind.OVERLOAD), 25)
    operational(issue("Long ago"), 90)
    found = texts(record)
    assert found == ["CPU on web-1 (1 time)", "This occurrence", "Disk full (3 times)"]


def test_readings_of_the_host_are_lanes_and_their_levels_facts(record):
    series("cpu_percent", "web-1", 10, 20, 95, 96, 97)
    series("cpu_percent", "web-2", 95, 96, 97)
    found = surroundings.around(record)
    assert [(lane.label, lane.newest) for lane in found.lanes] == [("CPU", 97)]
    assert found.facts[0].text == "CPU of web-1 came to a critical level: 95 %"
    assert found.facts[0].status == "critical"


def test_of_a_service_all_that_it_sends_is_drawn(context):
    row = operational(issue("Slow"), 20, service="shop")
    series("orders_waiting", "shop", 1, 2, 3, kind=MetricKind.APPLICATION, unit="")
    found = surroundings.around(occurrence_queries.occurrence(row.recurring_issue))
    assert [lane.label for lane in found.lanes] == ["orders_waiting"]
    assert found.source_href == "/services/shop"


def test_what_is_nowhere_has_no_lanes(context):
    row = operational(issue("Lost"))
    found = surroundings.around(occurrence_queries.occurrence(row.recurring_issue))
    assert (found.lanes, found.source_href) == ([], None)


def test_it_costs_a_fixed_number_of_statements_on_indexes(context, record):
    series("cpu_percent", "web-1", 10, 20)
    for number in range(20):
        check(website(number), 20, status=MonitorStatus.DOWN)
        operational(issue(f"Other {number}"), 20)
    with count_statements(context) as asked:
        surroundings.around(record)
    assert len(asked) <= 10, asked
    with explain_statements(context) as plans:
        surroundings.around(record)
    for plan in plans:
        assert "SCAN monitor_checks\n" not in plan
        assert "SCAN operational_issues\n" not in plan
