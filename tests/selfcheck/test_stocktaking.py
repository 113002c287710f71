"""What is found is stored when it is news, once for all processes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.statements import count_statements
from webapp import config
from webapp.activity.models import ActivityEvent
from webapp.core import clock
from webapp.core.db import db
from webapp.selfcheck import stocktaking
from webapp.selfcheck.components import Finding
from webapp.selfcheck.health import Facts
from webapp.selfcheck.models import HealthState
from webapp.selfcheck.probes import Probed
from webapp.selfcheck.stocktaking import look_at_web, own_addresses, take_stock

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


def diary():
    entries = db.session.query(ActivityEvent)
    return [(e.type, e.message) for e in entries if e.type.startswith("system_")]


def test_what_goes_down_and_comes_back_is_in_the_diary_once_whoever_sees_it(context):
    now = clock.now()
    for seconds, facts in enumerate((WELL, Facts(1.0, None, redis_error="refused"), WELL)):
        for _ in range(2):
            take_stock(facts, now + timedelta(seconds=90 * seconds), with_numbers=True)
            db.session.commit()

    assert diary() == [
        ("system_error", "Redis: down. refused"),
        ("system_recovered", "Redis: well again after 90 s."),
    ]
    assert {entry.user_email for entry in db.session.query(ActivityEvent)} == {None}


def test_of_two_that_saw_the_same_before_one_tells(context, monkeypatch):
    now = clock.now()
    take_stock(WELL, now)
    seen = stocktaking.queries.standings()
    monkeypatch.setattr(stocktaking.queries, "standings", lambda: dict(seen))
    for _ in range(2):
        take_stock(Facts(1.0, 1.0, 0, 0, True), now + timedelta(seconds=20), with_numbers=True)
        db.session.commit()

    assert diary() == [("system_error", "Workers: down. No worker reports.")]


def test_a_database_that_was_away_is_told_once_it_is_back(context):
    now = clock.now()
    take_stock(WELL, now)
    for minute in (1, 2):
        take_stock(Facts(None, 1.0, database_error="refused"), now + timedelta(minutes=minute))
    for minute in (3, 4):
        take_stock(WELL, now + timedelta(minutes=minute))

    assert diary() == [("system_recovered", "Database: well again after 2 min.")]


class TestOurOwnWebServer:
    @pytest.fixture
    def answers(self, context, monkeypatch):
        """Whether a web server answers on this machine; nobody named its public address."""
        found = {"ok": False}

        def probe(*_arguments):
            return Probed(found["ok"] or None, None if found["ok"] else "refused", 1.0)

        monkeypatch.setattr(stocktaking, "probe_web", probe)
        return found

    def test_where_there_has_been_none_nobody_can_tell(self, answers):
        found = look_at_web()
        assert {finding.state for finding in found.values()} == {"unknown"}
        assert "PUBLIC_URL" in found["web"].error

    def test_where_there_has_been_one_it_is_down(self, answers):
        answers["ok"] = True
        assert look_at_web()["web"].state == "ok"
        answers["ok"] = False
        assert (look_at_web()["web"].state, look_at_web()["web"].error) == ("down", "refused")

    def test_where_its_public_address_is_known_it_is_down(self, context, answers, monkeypatch):
        known = replace(context.extensions["settings"], public_url="https://watch.example")
        monkeypatch.setitem(context.extensions, "settings", known)
        assert look_at_web()["api"].state == "down"

    def test_what_the_machine_with_the_web_server_found_holds(self, context, answers):
        now = clock.now()
        take_stock(WELL, now, {"web": Finding("ok", None, 3.0)}, with_numbers=True)
        for seconds, state in ((20, "ok"), (200, "unknown")):
            take_stock(WELL, now + timedelta(seconds=seconds), look_at_web(), with_numbers=True)
            assert rows()["web"].state == state
