"""Watched metrics that do not come any more from a machine that is heard of."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.issues.rule_makers import at, measure, rule
from tests.metrics.makers import HOST
from tests.statements import count_statements
from webapp.core.db import db
from webapp.issues.keeping_watch import keep_watch
from webapp.issues.kinds import Severity
from webapp.issues.missing import judge_missing
from webapp.issues.models import Fault
from webapp.issues.rule_models import RuleWatch
from webapp.metrics import actions
from webapp.metrics.models import Host


@pytest.fixture
def host(context):
    """A host that sends three metrics, of which rules watch two, one of them twice."""
    rule()
    rule(name="Busier", warning=80)
    rule(name="Full", metric_name="ram_percent")
    actions.note_host(HOST, 10, at(0))
    for name in ("cpu_percent", "ram_percent", "load_1"):
        measure([10], name=name)
    keep_watch(at(1))


def look(second):
    done = judge_missing(at(second))
    db.session.commit()
    return done


def faults():
    return list(db.session.scalars(select(Fault).order_by(Fault.id)))


def without_data():
    query = select(RuleWatch.series_id).where(RuleWatch.is_without_data)
    return len(list(db.session.scalars(query)))


def test_it_is_told_once_for_the_host_and_not_for_each_rule(host):
    measure([10], name="load_1", first=400)
    assert look(400) == 1
    assert look(401) == 0
    (fault,) = faults()
    assert (fault.error_code, fault.host, fault.severity) == ("NO_DATA", HOST, Severity.WARNING)
    assert fault.description.endswith("do not come any more: CPU, Memory.")
    assert [each["metric"] for each in fault.context["series"]] == ["cpu_percent", "ram_percent"]
    assert (fault.timestamp, fault.is_ongoing) == (at(0), True)
    assert without_data() == 5  # of five rules, of which two came with the product


def test_it_is_over_when_they_come_again(host):
    measure([10], name="load_1", first=400)
    look(400)
    for name in ("cpu_percent", "ram_percent"):
        measure([10], name=name, first=410)
    assert look(415) == 1
    assert [fault.is_ongoing for fault in faults()] == [False]
    assert without_data() == 0


def test_it_says_which_are_missing_now(host):
    measure([10], name="load_1", first=400)
    measure([10], name="cpu_percent", first=200)
    look(400)
    assert faults()[0].description.endswith(": Memory.")
    measure([10], name="load_1", first=600)
    assert look(600) == 0
    assert faults()[0].description.endswith(": CPU, Memory.")


def test_a_host_that_is_silent_lacks_nothing(host):
    assert look(4000) == 0
    measure([10], name="load_1", first=400)
    db.session.get(Host, HOST).is_silent = True
    db.session.commit()
    assert look(400) == 0
    assert faults() == []


def test_it_ends_when_the_host_falls_silent(host):
    measure([10], name="load_1", first=400)
    look(400)
    db.session.get(Host, HOST).is_silent = True
    db.session.commit()
    assert look(500) == 1
    assert not faults()[0].is_ongoing


def test_a_host_that_sends_what_it_kept_lacks_nothing(host):
    """All that is new is an hour old, and all of it goes on together."""
    for name in ("cpu_percent", "ram_percent", "load_1"):
        measure([10], name=name, first=100)
    assert look(3600) == 0


def test_a_host_that_measures_seldom_is_given_time(host):
    actions.note_host(HOST, 120, at(400))
    measure([10], name="load_1", first=550)
    assert look(560) == 0
    measure([10], name="load_1", first=610)
    assert look(620) == 1


def test_what_has_not_come_for_a_day_is_gone(host):
    measure([10], name="load_1", first=400)
    look(400)
    measure([10], name="load_1", first=90_000)
    assert look(90_000) == 1
    assert not faults()[0].is_ongoing


def test_what_no_rule_watches_may_stay_away(host):
    measure([10], name="cpu_percent", first=400)
    measure([10], name="ram_percent", first=400)
    assert look(400) == 0


def test_while_nothing_is_missing_it_costs_next_to_nothing(host, context):
    with count_statements(context) as statements:
        judge_missing(at(5) + timedelta(0))
    assert len(statements) <= 4
