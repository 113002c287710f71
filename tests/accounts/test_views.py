"""A person's own account."""

from flask import Flask
from sqlalchemy import select

from tests.factories import PASSWORD, Browser, csrf_of
from tests.statements import MENU, count_statements
from webapp.accounts.models import SignIn, User
from webapp.core.db import db

SESSIONS = "/accounts/sessions"
PASSWORD_PAGE = "/accounts/password"
NEW = "another long pass phrase"


def another_browser(app: Flask, email: str, password: str = PASSWORD) -> Browser:
    """A second browser of somebody who is signed in already."""
    browser = Browser(app)
    browser.csrf = csrf_of(browser.get("/accounts/sign-in"))
    answer = browser.post("/accounts/sign-in", {"email": email, "password": password})
    assert answer.status_code == 303
    browser.csrf = csrf_of(browser.get(SESSIONS))
    return browser


def session_ids(app: Flask, email: str) -> list[int]:
    with app.app_context():
        rows = select(SignIn.id).join(User).where(User.email == email).order_by(SignIn.id)
        return list(db.session.scalars(rows))


class TestSessions:
    def test_they_are_a_page_and_a_block(self, viewer: Browser) -> None:
        assert "<h1>Your sessions</h1>" in viewer.get(SESSIONS).text
        block = viewer.get(SESSIONS, htmx=True).text
        assert block.lstrip().startswith('<section class="stack" id="session_list"')
        assert "This browser" in block

    def test_the_list_costs_two_statements(self, app: Flask, viewer: Browser) -> None:
        for _ in range(3):
            another_browser(app, "viewer@example.org")
        with count_statements(app) as statements:
            viewer.get(SESSIONS)
        assert len(statements) == 2 + MENU

    def test_one_of_them_ends(self, app: Flask, viewer: Browser) -> None:
        other = another_browser(app, "viewer@example.org")
        first, second = session_ids(app, "viewer@example.org")
        assert viewer.post(f"{SESSIONS}/{second}/end").location == SESSIONS
        assert session_ids(app, "viewer@example.org") == [first]
        assert other.get(SESSIONS).status_code == 303
        assert viewer.get(SESSIONS).status_code == 200

    def test_ending_under_htmx_answers_with_the_list(self, app: Flask, viewer: Browser) -> None:
        another_browser(app, "viewer@example.org")
        second = session_ids(app, "viewer@example.org")[1]
        answer = viewer.post(f"{SESSIONS}/{second}/end", htmx=True)
        assert answer.status_code == 200
        assert answer.text.count("<tr>") == 2
        assert 'id="session_list"' in answer.text

    def test_ending_this_one_leads_out(self, app: Flask, viewer: Browser) -> None:
        (mine,) = session_ids(app, "viewer@example.org")
        assert viewer.post(f"{SESSIONS}/{mine}/end").location == "/accounts/sign-in"
        assert viewer.get(SESSIONS).status_code == 303

    def test_all_others_end(self, app: Flask, viewer: Browser, operator: Browser) -> None:
        others = [another_browser(app, "viewer@example.org") for _ in range(2)]
        assert viewer.post(f"{SESSIONS}/end-others").location == SESSIONS
        assert [other.get(SESSIONS).status_code for other in others] == [303, 303]
        assert viewer.get(SESSIONS).status_code == 200
        assert operator.get(SESSIONS).status_code == 200

    def test_nobody_ends_the_session_of_somebody_else(
        self, app: Flask, viewer: Browser, administrator: Browser
    ) -> None:
        (theirs,) = session_ids(app, "administrator@example.org")
        assert viewer.post(f"{SESSIONS}/{theirs}/end").status_code == 404
        assert administrator.get(SESSIONS).status_code == 200

    def test_a_session_that_has_ended_already_is_a_404(self, viewer: Browser) -> None:
        assert viewer.post(f"{SESSIONS}/999999/end").status_code == 404


class TestPassword:
    def test_it_is_a_page_and_a_block(self, viewer: Browser) -> None:
        assert "<!doctype" in viewer.get(PASSWORD_PAGE).text
        assert "<!doctype" not in viewer.get(PASSWORD_PAGE, htmx=True).text

    def test_a_changed_password_counts_from_now_on(self, app: Flask, viewer: Browser) -> None:
        other = another_browser(app, "viewer@example.org")
        form = {"current_password": PASSWORD, "password": NEW, "repeated": NEW}
        assert viewer.post(PASSWORD_PAGE, form).location == SESSIONS
        page = viewer.get(SESSIONS)
        assert "Your password is changed." in page.text
        assert other.get(SESSIONS).status_code == 303
        another_browser(app, "viewer@example.org", NEW)

    def test_a_wrong_current_password_changes_nothing(self, app: Flask, viewer: Browser) -> None:
        form = {"current_password": "a guess", "password": NEW, "repeated": NEW}
        answer = viewer.post(PASSWORD_PAGE, form)
        assert answer.status_code == 422
        assert "not your current password" in answer.text
        another_browser(app, "viewer@example.org", PASSWORD)

    def test_two_that_differ_are_told_beside_the_second(self, viewer: Browser) -> None:
        form = {"current_password": PASSWORD, "password": NEW, "repeated": NEW + "!"}
        answer = viewer.post(PASSWORD_PAGE, form)
        assert answer.status_code == 422
        assert 'id="repeated_error"' in answer.text
        assert NEW not in answer.text
