"""A machine at the moment when something went wrong on it."""

import pytest

from tests.issues.rule_makers import at, measure
from tests.metrics.makers import HOST
from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import moments
from webapp.issues.moments import Moment
from webapp.metrics import actions


def ms(second):
    return clock.to_ms(at(second))


@pytest.fixture
def history(context):
    measure([10, 20, 30])
    measure([99, 99], core="0")
    measure([40], name="ram_percent", first=5)
    top = [{"pid": 1, "name": "busy"}]
    table = {"count": 1, "cpu": top, "memory": [{"pid": 2, "name": "large"}]}
    actions.note_processes(HOST, ms(12), table)
    db.session.commit()


@pytest.mark.parametrize(
    ("second", "cpu", "ram"),
    [(0, 10, None), (9, 10, 40), (10, 20, 40), (20, 30, 40), (139, 30, None), (200, None, None)],
)
def test_the_reading_that_was_current_then_counts_for_two_minutes(history, second, cpu, ram):
    found = moments.moments([(HOST, ms(second))])[HOST, ms(second)]
    assert (found.cpu_percent, found.ram_percent) == (cpu, ram)


def test_processes_are_those_nearest_and_led_by_what_ran_short(history):
    (found,) = moments.moments([(HOST, ms(15))]).values()
    assert found.processes == {"at_ms": ms(12), "processes": [{"pid": 1, "name": "busy"}]}
    (found,) = moments.moments([(HOST, ms(15))], "memory").values()
    assert found.processes["processes"][0]["name"] == "large"


def test_a_list_of_long_ago_says_nothing(history):
    assert moments.top_processes(HOST, ms(400)) is None


def test_nothing_is_known_of_a_machine_that_nobody_measures(context):
    assert moments.moments([("no-1", ms(0))]) == {("no-1", ms(0)): Moment()}
    assert moments.moments([]) == {}


def test_in_a_storm_the_newest_readings_have_to_do(history, context, monkeypatch):
    monkeypatch.setattr(moments, "MOST_HOSTS", 1)
    with count_statements(context) as statements:
        found = moments.moments([(HOST, ms(20)), ("no-1", ms(20)), (HOST, ms(300))])
    assert len(statements) == 1
    assert found[HOST, ms(20)] == Moment(30, 40, None)
    assert found[HOST, ms(300)] == Moment()
