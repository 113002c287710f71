"""What is found is stored when it is news, once for all processes."""

from datetime import timedelta

import pytest

from tests.statements import count_statements
from webapp import config
from webapp.core import clock
from webapp.core.db import db
from webapp.selfcheck.components import Finding
from webapp.selfcheck.health import Facts
from webapp.selfcheck.models import HealthState
from webapp.selfcheck.stocktaking import own_addresses, take_stock

WELL = Facts(1.0, 1.0, 2, 0, True)


def rows():
    db.session.expire_all()
    return {row.component: row for row in db.session.query(HealthState)}


def test_only_news_is_stored_unless_numbers_are_wanted(context):
    now = clock.now()
    take_stock(WELL, now)
    assert set(rows()) == {"database", "cache", "workers", "scheduler", "queues"}
    later = now + timedelta(seconds=20)
    with count_statements(context) as statements:
        take_stock(Facts(9.0, 1.0, 2, 0, True), later)
    assert len(statements) == 1, statements
    assert rows()["database"].checked_at == now
    take_stock(Facts(9.0, 1.0, 2, 0, True), later, with_numbers=True)
    row = rows()["database"]
    assert (row.since_at, row.checked_at, row.probe_ms) == (now, later, 9.0)


def test_a_look_costs_two_statements(context):
    with count_statements(context) as statements:
        take_stock(WELL, clock.now(), with_numbers=True)
    assert len(statements) == 2, statements


def test_a_part_that_goes_down_and_comes_back_keeps_its_last_error(context):
    now = clock.now()
    for minute, facts in enumerate((WELL, Facts(1.0, None, redis_error="refused"), WELL)):
        take_stock(facts, now + timedelta(minutes=minute))
    row = rows()["cache"]
    assert (row.state, row.since_at) == ("ok", now + timedelta(minutes=2))
    assert (row.last_error, row.last_error_at) == ("refused", now + timedelta(minutes=1))


def test_what_others_found_is_given_back_with_it(context):
    now = clock.now()
    take_stock(WELL, now, {"web": Finding("down", "no answer", 2000.0)})
    found = take_stock(WELL, now + timedelta(seconds=5))
    assert (found["web"].state, found["web"].last_error) == ("down", "no answer")
    assert found["api"].state == "unknown", "nobody has looked"


@pytest.mark.parametrize(
    ("environ", "addresses"),
    [
        ({}, ["http://127.0.0.1:8000"]),
        ({"HOST": "0.0.0.0", "PORT": "81"}, ["http://127.0.0.1:81", "http://0.0.0.0:81"]),
        ({"HOST": "::1"}, ["http://[::1]:8000"]),
        (
            {"PUBLIC_URL": "https://watch.example/"},
            ["http://127.0.0.1:8000", "https://watch.example"],
        ),
    ],
)
def test_our_own_web_server_is_asked_where_it_listens_and_then_where_people_reach_it(
    environ, addresses
):
    assert own_addresses(config.load(environ)) == addresses
