"""What administrators do."""

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.accounts.test_views import another_browser, session_ids
from tests.factories import PASSWORD, Browser, create_user
from tests.statements import MENU, count_statements
from webapp.accounts import actions
from webapp.accounts.models import ApiToken, RoleName, User, UserStatus
from webapp.activity.models import ActivityEvent
from webapp.core.db import db

PEOPLE = "/accounts/people"
TOKENS = "/accounts/tokens"
ADA = "ada@example.org"


@pytest.fixture
def waiting(app: Flask) -> int:
    """The id of somebody who waits."""
    with app.app_context():
        actions.register(ADA, PASSWORD)
        db.session.commit()
        return id_of(ADA)


def id_of(email: str) -> int:
    return db.session.scalars(select(User.id).where(User.email == email)).one()


def user_of(app: Flask, email: str) -> User | None:
    with app.app_context():
        return db.session.scalar(select(User).where(User.email == email))


class TestPeople:
    def test_they_are_a_page_and_a_block(self, administrator: Browser, waiting: int) -> None:
        page = administrator.get(PEOPLE)
        assert "<h1>People</h1>" in page.text
        block = administrator.get(PEOPLE, htmx=True).text
        assert block.lstrip().startswith('<section class="stack" id="people_list"')
        assert block.index(ADA) < block.index("administrator@example.org")

    def test_the_list_costs_three_statements_however_long(
        self, app: Flask, administrator: Browser
    ) -> None:
        with app.app_context():
            for n in range(60):
                db.session.add(
                    User(
                        email=f"p{n:02}@example.org",
                        password_hash="-",
                        role=RoleName.VIEWER,
                        status=UserStatus.APPROVED,
                    )
                )
            db.session.commit()
        with count_statements(app) as statements:
            page = administrator.get(PEOPLE)
        assert len(statements) == 3 + MENU
        assert "1 to 50 of 61" in page.text
        assert "51 to 61 of 61" in administrator.get(f"{PEOPLE}?page=2").text

    def test_they_are_filtered_by_standing(self, administrator: Browser, waiting: int) -> None:
        page = administrator.get(f"{PEOPLE}?status=waiting")
        assert ADA in page.text
        assert f"{PEOPLE}/{waiting}/approve" in page.text
        assert ADA not in administrator.get(f"{PEOPLE}?status=approved", htmx=True).text
        assert "Nobody here" in administrator.get(f"{PEOPLE}?status=rejected").text

    @pytest.mark.parametrize("query", ["status=owner", "page=0", "page=x", "page_size=9999", "x=1"])
    def test_a_filter_that_cannot_be_is_refused(self, administrator: Browser, query: str) -> None:
        assert administrator.get(f"{PEOPLE}?{query}").status_code == 422


class TestDecisions:
    def test_who_is_approved_may_sign_in(
        self, app: Flask, administrator: Browser, waiting: int
    ) -> None:
        answer = administrator.post(f"{PEOPLE}/{waiting}/approve", {"role": "operator"})
        assert answer.location == PEOPLE
        assert f"{ADA} may sign in as operator." in administrator.get(PEOPLE).text
        ada = another_browser(app, ADA)
        assert "Operator" in administrator.get(f"{PEOPLE}/{waiting}").text
        assert ada.get(PEOPLE).status_code == 403

    def test_the_diary_says_who_decided(
        self, app: Flask, administrator: Browser, waiting: int
    ) -> None:
        administrator.post(f"{PEOPLE}/{waiting}/approve", {"role": "viewer"})
        administrator.post(f"{PEOPLE}/{waiting}/reject")
        with app.app_context():
            rows = db.session.scalars(select(ActivityEvent).order_by(ActivityEvent.id)).all()
        told = [(row.type, row.user_email) for row in rows][-3:]
        assert told == [
            ("user_registered", ADA),
            ("user_approved", "administrator@example.org"),
            ("user_rejected", "administrator@example.org"),
        ]

    def test_who_is_rejected_may_not_sign_in_and_may_be_approved_later(
        self, app: Flask, administrator: Browser, waiting: int
    ) -> None:
        administrator.post(f"{PEOPLE}/{waiting}/reject")
        user = user_of(app, ADA)
        assert user is not None
        assert user.status is UserStatus.REJECTED
        assert "/approve" in administrator.get(f"{PEOPLE}/{waiting}").text
        administrator.post(f"{PEOPLE}/{waiting}/approve", {"role": "viewer"})
        another_browser(app, ADA)

    @pytest.mark.parametrize("role", ["owner", "ADMINISTRATOR", "3"])
    def test_a_role_that_is_none_is_refused(
        self, app: Flask, administrator: Browser, waiting: int, role: str
    ) -> None:
        assert administrator.post(f"{PEOPLE}/{waiting}/approve", {"role": role}).status_code == 422
        user = user_of(app, ADA)
        assert user is not None
        assert user.status is UserStatus.WAITING

    def test_a_role_is_changed(self, app: Flask, administrator: Browser, viewer: Browser) -> None:
        with app.app_context():
            user_id = id_of("viewer@example.org")
        answer = administrator.post(f"{PEOPLE}/{user_id}/role", {"role": "administrator"})
        assert answer.location == f"{PEOPLE}/{user_id}"
        assert viewer.get(PEOPLE).status_code == 200

    @pytest.mark.parametrize("verb", ["role", "reject", "remove"])
    def test_nobody_changes_their_own_standing(
        self, app: Flask, administrator: Browser, verb: str
    ) -> None:
        with app.app_context():
            create_user("second@example.org", "administrator")
            db.session.commit()
            own = id_of("administrator@example.org")
        answer = administrator.post(f"{PEOPLE}/{own}/{verb}", {"role": "viewer"})
        assert answer.status_code == 409
        assert "This is you." in administrator.get(f"{PEOPLE}/{own}").text

    def test_a_removal_asks_first(
        self, app: Flask, administrator: Browser, viewer: Browser
    ) -> None:
        with app.app_context():
            user_id = id_of("viewer@example.org")
        asked = administrator.get(f"{PEOPLE}/{user_id}/remove")
        assert "Remove viewer@example.org?" in asked.text
        assert user_of(app, "viewer@example.org") is not None
        assert administrator.post(f"{PEOPLE}/{user_id}/remove").location == PEOPLE
        assert user_of(app, "viewer@example.org") is None
        assert viewer.get("/accounts/sessions").status_code == 303

    def test_an_administrator_ends_the_session_of_somebody_else(
        self, app: Flask, administrator: Browser, viewer: Browser
    ) -> None:
        (theirs,) = session_ids(app, "viewer@example.org")
        with app.app_context():
            user_id, other_id = id_of("viewer@example.org"), id_of("administrator@example.org")
        wrong = administrator.post(f"{PEOPLE}/{other_id}/sessions/{theirs}/end")
        assert wrong.status_code == 404
        answer = administrator.post(f"{PEOPLE}/{user_id}/sessions/{theirs}/end")
        assert answer.location == f"{PEOPLE}/{user_id}"
        assert viewer.get("/accounts/sessions").status_code == 303

    @pytest.mark.parametrize("verb", ["approve", "reject", "role", "remove"])
    def test_a_person_who_is_not_there_is_a_404(self, administrator: Browser, verb: str) -> None:
        assert administrator.post(f"{PEOPLE}/999999/{verb}").status_code == 404
        assert administrator.post(f"{PEOPLE}/{2**70}/{verb}").status_code == 404

    def test_a_person_is_a_page_and_a_block(self, administrator: Browser, waiting: int) -> None:
        assert "<!doctype" in administrator.get(f"{PEOPLE}/{waiting}").text
        block = administrator.get(f"{PEOPLE}/{waiting}", htmx=True).text
        assert block.lstrip().startswith('<div class="stack" id="person_panel"')


class TestTokens:
    def token_in(self, answer: TestResponse) -> str:
        return answer.text.split('value="wk_')[1].split('"')[0]

    def test_a_token_is_shown_once_and_works(self, app: Flask, administrator: Browser) -> None:
        answer = administrator.post(TOKENS, {"name": "backup job", "scope": "read"})
        assert answer.status_code == 201
        assert answer.headers["Cache-Control"] == "no-store"
        token = "wk_" + self.token_in(answer)
        headers = {"Authorization": f"Bearer {token}"}
        assert app.test_client().get("/api/openapi.json", headers=headers).status_code == 200
        page = administrator.get(TOKENS)
        assert token not in page.text
        assert token[:8] in page.text
        assert "by administrator@example.org" in page.text

    def test_a_revoked_one_stays_listed(self, app: Flask, administrator: Browser) -> None:
        administrator.post(TOKENS, {"name": "backup job", "scope": "write"})
        with app.app_context():
            token_id = db.session.scalars(select(ApiToken.id)).one()
        assert administrator.post(f"{TOKENS}/{token_id}/revoke").location == TOKENS
        page = administrator.get(TOKENS, htmx=True)
        assert "backup job" in page.text
        assert "Revoked" in page.text
        assert f"{TOKENS}/{token_id}/revoke" not in page.text
        assert administrator.post(f"{TOKENS}/999999/revoke").status_code == 404

    @pytest.mark.parametrize(
        "form", [{}, {"name": "x", "scope": "administer"}, {"name": "x" * 101, "scope": "read"}]
    )
    def test_a_refused_form_keeps_what_was_typed(
        self, app: Flask, administrator: Browser, form: dict[str, str]
    ) -> None:
        answer = administrator.post(TOKENS, form)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert f'value="{form.get("name", "")}"' in answer.text
        with app.app_context():
            assert db.session.scalars(select(ApiToken)).all() == []

    def test_the_list_costs_three_statements(self, app: Flask, administrator: Browser) -> None:
        for n in range(3):
            administrator.post(TOKENS, {"name": f"job {n}", "scope": "read"})
        with count_statements(app) as statements:
            administrator.get(TOKENS)
        assert len(statements) == 3 + MENU

    def test_a_name_is_shown_as_text(self, administrator: Browser) -> None:
        administrator.post(TOKENS, {"name": "<b>bold</b>", "scope": "read"})
        assert "<b>bold</b>" not in administrator.get(TOKENS).text
