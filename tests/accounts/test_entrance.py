"""The pages for people who are not signed in."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.factories import PASSWORD, Browser, create_user, csrf_of
from tests.statements import count_statements
from webapp.accounts import actions
from webapp.accounts.models import RoleName, SignIn, User, UserStatus
from webapp.core.db import db

ADA = "ada@example.org"
SIGN_IN = "/accounts/sign-in"
REGISTER = "/accounts/register"


@pytest.fixture
def stranger(app: Flask) -> Browser:
    browser = Browser(app)
    browser.csrf = csrf_of(browser.get(SIGN_IN))
    return browser


@pytest.fixture
def ada(app: Flask) -> str:
    with app.app_context():
        create_user(ADA)
        db.session.commit()
    return ADA


def sessions(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(SignIn)).all())


class TestSignIn:
    def test_it_is_a_page_and_a_block(self, stranger: Browser) -> None:
        assert stranger.get(SIGN_IN).text.startswith("<!doctype html>")
        block = stranger.get(SIGN_IN, htmx=True).text
        assert "<!doctype" not in block
        assert "<h1>Sign in</h1>" in block

    def test_it_leads_to_the_page_that_was_wanted(self, stranger: Browser, ada: str) -> None:
        form = {"email": " ADA@Example.org ", "password": PASSWORD, "next": "/accounts/password"}
        answer = stranger.post(SIGN_IN, form)
        assert answer.status_code == 303
        assert answer.location == "/accounts/password"
        assert stranger.get("/accounts/password").status_code == 200

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil"])
    def test_it_never_leads_to_another_site(
        self, stranger: Browser, ada: str, elsewhere: str
    ) -> None:
        form = {"email": ada, "password": PASSWORD, "next": elsewhere}
        assert stranger.post(SIGN_IN, form).location == "/"
        assert stranger.get(SIGN_IN, query_string={"next": elsewhere}).location == "/"

    def test_a_wrong_password_keeps_what_was_typed_but_the_password(
        self, stranger: Browser, ada: str
    ) -> None:
        form = {"email": ada, "password": "not the right one", "next": "/websites/"}
        answer = stranger.post(SIGN_IN, form)
        assert answer.status_code == 422
        assert actions.WRONG in answer.text
        assert f'value="{ada}"' in answer.text
        assert 'value="/websites/"' in answer.text
        assert "not the right one" not in answer.text

    def test_an_unknown_address_gets_the_same_page(self, stranger: Browser, ada: str) -> None:
        wrong = {"password": "not the right one"}
        known = stranger.post(SIGN_IN, wrong | {"email": "ada@example.org"})
        unknown = stranger.post(SIGN_IN, wrong | {"email": "eve@example.org"})
        assert unknown.status_code == known.status_code
        assert (
            unknown.text.replace("eve@", "ada@").split("<main")[1].split("csrf")[0]
            == (known.text.split("<main")[1].split("csrf")[0])
        )

    def test_who_waits_is_told_so(self, app: Flask, stranger: Browser, ada: str) -> None:
        with app.app_context():
            db.session.execute(update(User).values(status=UserStatus.WAITING))
            db.session.commit()
        answer = stranger.post(SIGN_IN, {"email": ada, "password": PASSWORD})
        assert answer.status_code == 403
        assert "has not let you in yet" in answer.text

    @pytest.mark.parametrize("form", [{}, {"email": "no address", "password": "x"}])
    def test_an_empty_or_malformed_form_is_explained(
        self, stranger: Browser, form: dict[str, str]
    ) -> None:
        answer = stranger.post(SIGN_IN, form)
        assert answer.status_code == 422
        assert 'id="email_error"' in answer.text

    def test_the_session_begins_anew(self, app: Flask, stranger: Browser, ada: str) -> None:
        before = stranger.client.get_cookie("watchkeeper")
        stranger.post(SIGN_IN, {"email": ada, "password": PASSWORD})
        after = stranger.client.get_cookie("watchkeeper")
        assert before is not None
        assert after is not None
        assert before.value != after.value
        stale = stranger.csrf
        stranger.csrf = csrf_of(stranger.get("/accounts/sessions"))
        assert stale != stranger.csrf
        stranger.post(SIGN_IN, {"email": ada, "password": PASSWORD})
        assert sessions(app) == 1

    def test_who_is_signed_in_goes_on(self, viewer: Browser) -> None:
        assert viewer.get(f"{SIGN_IN}?next=/websites/").location == "/websites/"

    def test_sign_out_ends_the_session_also_for_a_copied_cookie(
        self, app: Flask, viewer: Browser
    ) -> None:
        copied = viewer.client.get_cookie("watchkeeper")
        assert copied is not None
        assert viewer.post("/accounts/sign-out").location == SIGN_IN
        assert sessions(app) == 0
        thief = Browser(app)
        thief.client.set_cookie("watchkeeper", copied.value)
        assert thief.get("/accounts/sessions").status_code == 303

    def test_signing_out_twice_does_no_harm(self, stranger: Browser) -> None:
        assert stranger.post("/accounts/sign-out").location == SIGN_IN


class TestRegister:
    def test_a_person_registers_and_waits(self, app: Flask, stranger: Browser) -> None:
        assert "Ask for an account" in stranger.get(REGISTER).text
        answer = stranger.post(REGISTER, {"email": ADA, "password": PASSWORD})
        assert answer.status_code == 200
        with app.app_context():
            user = db.session.scalars(select(User)).one()
            assert (user.status, user.role) == (UserStatus.WAITING, RoleName.VIEWER)

    def test_the_answer_is_the_same_for_a_known_address(self, stranger: Browser, ada: str) -> None:
        new = stranger.post(REGISTER, {"email": "new@example.org", "password": PASSWORD})
        known = stranger.post(REGISTER, {"email": ada, "password": PASSWORD})
        assert new.status_code == known.status_code
        assert new.text.split("<main")[1] == known.text.split("<main")[1]

    def test_nobody_chooses_their_own_role(self, app: Flask, stranger: Browser) -> None:
        form = {"email": ADA, "password": PASSWORD, "role": "administrator"}
        assert stranger.post(REGISTER, form).status_code == 422
        with app.app_context():
            assert db.session.scalars(select(User)).all() == []

    def test_a_short_password_is_explained_beside_its_field(self, stranger: Browser) -> None:
        answer = stranger.post(REGISTER, {"email": ADA, "password": "too short"}, htmx=True)
        assert answer.status_code == 422
        assert 'id="password_error"' in answer.text
        assert f'value="{ADA}"' in answer.text


class TestFirst:
    @pytest.fixture
    def link(self, app: Flask) -> str:
        with app.app_context():
            token = actions.offer_first_link()
            db.session.commit()
        return f"/accounts/first/{token}"

    def test_it_creates_the_administrator_and_signs_in(
        self, app: Flask, stranger: Browser, link: str
    ) -> None:
        assert "The first administrator" in stranger.get(link).text
        answer = stranger.post(link, {"email": ADA, "password": PASSWORD})
        assert (answer.status_code, answer.location) == (303, "/")
        assert stranger.get("/accounts/people").status_code == 200

    def test_it_works_once(self, app: Flask, stranger: Browser, link: str) -> None:
        other = Browser(app)
        other.csrf = csrf_of(other.get(link))
        stranger.post(link, {"email": ADA, "password": PASSWORD})
        late = other.post(link, {"email": "eve@example.org", "password": PASSWORD})
        assert late.status_code == 404
        assert "used" in late.text
        assert other.get(link).status_code == 404

    def test_a_refused_form_leaves_the_link_valid(self, stranger: Browser, link: str) -> None:
        answer = stranger.post(link, {"email": ADA, "password": "short"})
        assert answer.status_code == 422
        assert stranger.get(link).status_code == 200

    def test_a_guessed_link_is_nothing_and_costs_no_hash(
        self, app: Flask, stranger: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(actions.passwords, "hash_password", None)
        form = {"email": ADA, "password": PASSWORD}
        with count_statements(app) as statements:
            assert stranger.post("/accounts/first/first_guess", form).status_code == 404
        assert len(statements) == 1
