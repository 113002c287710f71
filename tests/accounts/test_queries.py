"""Questions about people, sessions and tokens."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.factories import create_user
from tests.statements import count_statements
from webapp.accounts import actions, queries
from webapp.accounts.models import ApiToken, TokenScope, User, UserStatus
from webapp.core.db import db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def start_session(user: User, now: datetime = NOW) -> str:
    return actions.start_session(user, user_agent="curl/8", address="192.0.2.7", now=now)


def test_a_session_and_its_person_cost_one_statement(context: Flask) -> None:
    key = start_session(create_user("ada@example.org"))
    db.session.commit()
    db.session.expunge_all()
    with count_statements(context) as statements:
        found = queries.live_session(key, NOW)
        assert found is not None
        assert found.user.email == "ada@example.org"
    assert len(statements) == 1


@pytest.mark.parametrize("status", [UserStatus.WAITING, UserStatus.REJECTED])
def test_a_session_of_somebody_turned_away_is_dead(context: Flask, status: UserStatus) -> None:
    user = create_user("ada@example.org")
    key = start_session(user)
    user.status = status
    db.session.flush()
    assert queries.live_session(key, NOW) is None


def test_a_session_dies_after_its_days(context: Flask) -> None:
    key = start_session(create_user("ada@example.org"))
    days = timedelta(days=context.extensions["settings"].session_days)
    assert queries.live_session(key, NOW + days - timedelta(seconds=1)) is not None
    assert queries.live_session(key, NOW + days) is None


def test_an_unknown_key_opens_nothing(context: Flask) -> None:
    start_session(create_user("ada@example.org"))
    assert queries.live_session("session_guess", NOW) is None


def test_people_come_in_pages_those_who_wait_first(context: Flask) -> None:
    for name in ("a", "b", "c"):
        create_user(f"{name}@example.org")
    actions.register("z@example.org", "a long enough pass phrase")
    with count_statements(context) as statements:
        rows, total = queries.people(None, 1, 2)
    assert [user.email for user in rows] == ["z@example.org", "a@example.org"]
    assert total == 4
    assert len(statements) == 2
    assert [u.email for u in queries.people(None, 2, 2)[0]] == ["b@example.org", "c@example.org"]
    assert queries.people(UserStatus.WAITING, 1, 10)[1] == 1


def test_only_approved_administrators_count(context: Flask) -> None:
    create_user("viewer@example.org")
    assert queries.administrators() == 0
    user = create_user("ada@example.org", "administrator")
    assert queries.administrators() == 1
    user.status = UserStatus.REJECTED
    db.session.flush()
    assert queries.administrators() == 0


def test_a_revoked_token_does_not_work_and_is_listed_last(context: Flask) -> None:
    first, second = (actions.create_token(name, TokenScope.READ) for name in ("one", "two"))
    row = queries.working_token(second)
    assert isinstance(row, ApiToken)
    actions.revoke_token(row, NOW)
    db.session.flush()
    assert queries.working_token(second) is None
    assert queries.working_token(first) is not None
    assert [token.name for token in queries.tokens(1, 10)[0]] == ["one", "two"]
