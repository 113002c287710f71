"""From cookie to person."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from tests.factories import Browser
from tests.statements import count_statements
from webapp.accounts import actions
from webapp.accounts.models import SignIn, User, UserStatus
from webapp.accounts.visits import NOBODY, Visitor
from webapp.core import clock
from webapp.core.db import db

PAGE = "/api/openapi.json"


def age_session(app: Flask, minutes: int) -> None:
    with app.app_context():
        db.session.execute(update(SignIn).values(seen_at=clock.now() - timedelta(minutes=minutes)))
        db.session.commit()


@pytest.mark.parametrize(
    ("visitor", "known", "operates", "administers"),
    [
        (NOBODY, False, False, False),
        (Visitor("a@example.org", "viewer", 1, 1), True, False, False),
        (Visitor("a@example.org", "operator", 1, 1), True, True, False),
        (Visitor("a@example.org", "administrator", 1, 1), True, True, True),
    ],
)
def test_pages_know_what_a_visitor_may(
    visitor: Visitor, known: bool, operates: bool, administers: bool
) -> None:
    assert visitor.is_authenticated is known
    assert visitor.is_operator is operates
    assert visitor.is_administrator is administers


def test_the_use_of_a_session_is_written_at_most_every_five_minutes(
    app: Flask, viewer: Browser
) -> None:
    age_session(app, 4)
    with count_statements(app) as statements:
        viewer.get(PAGE)
    assert len(statements) == 1
    age_session(app, 6)
    with count_statements(app) as statements:
        answer = viewer.get(PAGE)
    assert len(statements) == 3
    assert "Expires=" in answer.headers["Set-Cookie"]
    with app.app_context():
        row = db.session.scalars(select(SignIn)).one()
        assert clock.now() - row.seen_at < timedelta(minutes=1)


def test_a_page_is_shown_although_its_visit_cannot_be_noted(
    app: Flask, viewer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    age_session(app, 6)
    monkeypatch.setattr(actions, "keep_session", fail)
    assert viewer.get("/accounts/password").status_code == 200


@pytest.mark.parametrize("status", [UserStatus.REJECTED, UserStatus.WAITING])
def test_a_person_turned_away_is_out_at_once(
    app: Flask, viewer: Browser, status: UserStatus
) -> None:
    with app.app_context():
        db.session.execute(update(User).values(status=status))
        db.session.commit()
    assert viewer.get("/accounts/sessions").status_code == 303


def test_a_removed_person_is_out_at_once(app: Flask, viewer: Browser) -> None:
    with app.app_context():
        db.session.delete(db.session.scalars(select(User)).one())
        db.session.commit()
    assert viewer.get("/accounts/sessions").status_code == 303


def test_an_expired_session_is_over(app: Flask, viewer: Browser) -> None:
    with app.app_context():
        db.session.execute(update(SignIn).values(expires_at=clock.now()))
        db.session.commit()
    assert viewer.get("/accounts/sessions").status_code == 303


def test_a_cookie_that_was_tampered_with_is_worthless(app: Flask, viewer: Browser) -> None:
    cookie = viewer.client.get_cookie("watchkeeper")
    assert cookie is not None
    viewer.client.set_cookie("watchkeeper", cookie.value[:-2] + "xx")
    assert viewer.get("/accounts/sessions").status_code == 303


def test_the_cookie_is_kept_from_scripts_and_other_sites(app: Flask, viewer: Browser) -> None:
    cookie = viewer.client.get_cookie("watchkeeper")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.expires is not None
    days = app.extensions["settings"].session_days
    left = cookie.expires - clock.now()
    assert timedelta(days=days - 1) < left <= timedelta(days=days)


def test_an_ordinary_page_sets_no_cookie_anew(viewer: Browser) -> None:
    assert "Set-Cookie" not in viewer.get("/accounts/password").headers
