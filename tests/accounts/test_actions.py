"""Verbs of accounts, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

from tests.factories import PASSWORD, create_user
from webapp.accounts import actions, queries
from webapp.accounts.models import (
    ApiToken,
    FirstLink,
    RoleName,
    SignIn,
    TokenScope,
    User,
    UserStatus,
)
from webapp.activity.models import ActivityEvent
from webapp.core.db import db
from webapp.core.problems import Problem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA = "ada@example.org"
ORIGIN = {"user_agent": "curl/8", "address": "192.0.2.7"}


def sign_in(email: str, password: str, now: datetime = NOW) -> str:
    return actions.sign_in(email, password, now=now, **ORIGIN)


def diary() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(ActivityEvent).order_by(ActivityEvent.id))
    return [(row.type, row.message) for row in rows]


def count(model: type[User] | type[SignIn] | type[FirstLink]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


class TestPeople:
    def test_it_refuses_an_address_that_is_taken(self, context: Flask) -> None:
        create_user(ADA)
        with pytest.raises(Problem) as refusal:
            create_user(ADA)
        assert refusal.value.status == 422
        assert refusal.value.errors[0].field == "email"

    def test_who_registers_waits_and_the_diary_says_so(self, context: Flask) -> None:
        actions.register(ADA, PASSWORD)
        user = queries.user_by_email(ADA)
        assert user is not None
        assert (user.status, user.role) == (UserStatus.WAITING, RoleName.VIEWER)
        assert diary() == [("user_registered", f"{ADA} registered and waits.")]

    def test_registering_a_known_address_changes_nothing(self, context: Flask) -> None:
        user = create_user(ADA, "administrator")
        before, entries = user.password_hash, diary()
        actions.register(ADA, "another pass phrase")
        db.session.refresh(user)
        assert user.password_hash == before
        assert user.status is UserStatus.APPROVED
        assert diary() == entries

    def test_an_administrator_lets_people_in_or_turns_them_away(self, context: Flask) -> None:
        create_user("chief@example.org", "administrator")
        actions.register(ADA, PASSWORD)
        user = queries.user_by_email(ADA)
        assert user is not None
        actions.approve(user, RoleName.OPERATOR)
        assert (user.status, user.role) == (UserStatus.APPROVED, RoleName.OPERATOR)
        sign_in(ADA, PASSWORD)
        actions.reject(user)
        assert user.status is UserStatus.REJECTED
        assert count(SignIn) == 0
        assert [kind for kind, _ in diary()] == [
            "user_approved",
            "user_registered",
            "user_approved",
            "user_rejected",
        ]

    def test_deciding_twice_is_refused(self, context: Flask) -> None:
        create_user("chief@example.org", "administrator")
        user = create_user(ADA)
        with pytest.raises(Problem) as refusal:
            actions.approve(user, RoleName.ADMINISTRATOR)
        assert refusal.value.status == 409
        actions.reject(user)
        with pytest.raises(Problem):
            actions.reject(user)
        with pytest.raises(Problem):
            actions.change_role(user, RoleName.OPERATOR)

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(lambda user: actions.change_role(user, RoleName.VIEWER), id="demoted"),
            pytest.param(actions.reject, id="rejected"),
            pytest.param(actions.remove, id="removed"),
        ],
    )
    def test_the_last_administrator_stays(
        self, context: Flask, change: Callable[[User], None]
    ) -> None:
        chief = create_user("chief@example.org", "administrator")
        create_user(ADA, "operator")
        db.session.commit()
        with pytest.raises(Problem) as refusal:
            change(chief)
        db.session.rollback()
        assert "last administrator" in refusal.value.detail
        assert queries.administrators() == 1
        create_user("second@example.org", "administrator")
        change(chief)
        assert queries.administrators() == 1

    def test_two_administrators_cannot_demote_each_other(self, app: Flask) -> None:
        with app.app_context():
            ids = [create_user(f"{n}@example.org", "administrator").id for n in ("a", "b")]
            db.session.commit()
        outcomes = together(app, [lambda i=i: demote(i) for i in ids])
        assert sorted(outcomes) == ["done", "refused"]
        with app.app_context():
            assert queries.administrators() == 1

    def test_a_role_that_is_the_same_already_is_no_news(self, context: Flask) -> None:
        user = create_user(ADA)
        entries = diary()
        actions.change_role(user, RoleName.VIEWER)
        assert diary() == entries

    def test_a_removed_person_leaves_their_entries(self, context: Flask) -> None:
        create_user("chief@example.org", "administrator")
        user = create_user(ADA)
        sign_in(ADA, PASSWORD)
        actions.remove(user)
        assert queries.user_by_email(ADA) is None
        assert count(SignIn) == 0
        assert diary()[-1] == ("user_changed", f"{ADA} was removed.")


def demote(user_id: int) -> None:
    actions.change_role(db.session.get_one(User, user_id), RoleName.VIEWER)


def together(app: Flask, deeds: list[Callable[[], object]]) -> list[str]:
    """Do all deeds at the same time, each in a transaction of its own; how each ended."""
    start, outcomes = Barrier(len(deeds)), list[str]()

    def run(deed: Callable[[], object]) -> None:
        with app.app_context():
            start.wait(10)
            try:
                deed()
                db.session.commit()
                outcomes.append("done")
            except Problem:
                db.session.rollback()
                outcomes.append("refused")

    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


class TestSessions:
    def test_the_right_password_starts_a_session(self, context: Flask) -> None:
        user = create_user(ADA)
        key = sign_in(ADA, PASSWORD)
        row = db.session.scalars(select(SignIn)).one()
        assert (row.user_id, row.user_agent, row.address) == (user.id, "curl/8", "192.0.2.7")
        assert row.key_hash != key
        assert len(row.key_hash) == 64
        assert user.last_seen_at == NOW

    @pytest.mark.parametrize(
        ("email", "password"), [(ADA, "the wrong pass phrase"), ("eve@example.org", PASSWORD)]
    )
    def test_a_wrong_password_and_an_unknown_address_are_told_alike(
        self, context: Flask, email: str, password: str
    ) -> None:
        create_user(ADA)
        with pytest.raises(Problem) as refusal:
            sign_in(email, password)
        assert refusal.value.status == 422
        assert refusal.value.errors[0].message == actions.WRONG
        assert count(SignIn) == 0

    @pytest.mark.parametrize("status", [UserStatus.WAITING, UserStatus.REJECTED])
    def test_who_is_not_let_in_learns_it_only_with_the_right_password(
        self, context: Flask, status: UserStatus
    ) -> None:
        create_user(ADA).status = status
        db.session.flush()
        with pytest.raises(Problem) as refusal:
            sign_in(ADA, PASSWORD)
        assert refusal.value.status == 403
        with pytest.raises(Problem) as refusal:
            sign_in(ADA, "the wrong pass phrase")
        assert refusal.value.status == 422

    def test_an_outdated_hash_is_renewed_at_sign_in(self, context: Flask) -> None:
        user = create_user(ADA)
        old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
        user.password_hash = old
        db.session.flush()
        sign_in(ADA, PASSWORD)
        assert user.password_hash != old
        sign_in(ADA, PASSWORD)

    def test_a_sign_in_forgets_the_sessions_that_have_expired(self, context: Flask) -> None:
        create_user(ADA)
        sign_in(ADA, PASSWORD, NOW - timedelta(days=400))
        sign_in(ADA, PASSWORD, NOW)
        assert count(SignIn) == 1

    def test_use_puts_the_end_off(self, context: Flask) -> None:
        user = create_user(ADA)
        key = sign_in(ADA, PASSWORD)
        row = queries.live_session(key, NOW)
        assert row is not None
        ends_at, later = row.expires_at, NOW + timedelta(days=1)
        actions.keep_session(row.id, user.id, later)
        db.session.refresh(row)
        assert (row.seen_at, row.expires_at) == (later, ends_at + timedelta(days=1))

    def test_it_ends_no_session_of_somebody_else(self, context: Flask) -> None:
        create_user(ADA)
        sign_in(ADA, PASSWORD)
        other = create_user("eve@example.org")
        row = db.session.scalars(select(SignIn)).one()
        with pytest.raises(Problem) as refusal:
            actions.end_session_of(other.id, row.id)
        assert refusal.value.status == 404
        actions.end_session_of(row.user_id, row.id)
        assert count(SignIn) == 0

    def test_a_changed_password_ends_the_other_sessions(self, context: Flask) -> None:
        user = create_user(ADA)
        mine = queries.live_session(sign_in(ADA, PASSWORD), NOW)
        sign_in(ADA, PASSWORD)
        assert mine is not None
        with pytest.raises(Problem):
            actions.change_password(user, "wrong", "new pass phrase", this_session=mine.id)
        assert count(SignIn) == 2
        actions.change_password(user, PASSWORD, "new pass phrase", this_session=mine.id)
        assert [row.id for row in queries.sessions_of(user.id, NOW)] == [mine.id]
        sign_in(ADA, "new pass phrase")


class TestTokens:
    def test_only_the_hash_of_a_token_is_kept(self, context: Flask) -> None:
        token = actions.create_token("backup job", TokenScope.WRITE)
        row = db.session.scalars(select(ApiToken)).one()
        assert token.startswith("wk_")
        assert len(token) > 40
        assert token not in str(vars(row))
        assert token.startswith(row.hint)
        assert diary()[-1] == ("token_created", "The write token backup job was created.")

    def test_revoking_twice_is_told_once(self, context: Flask) -> None:
        actions.create_token("backup job", TokenScope.WRITE)
        row = db.session.scalars(select(ApiToken)).one()
        actions.revoke_token(row, NOW)
        actions.revoke_token(row, NOW + timedelta(hours=1))
        assert row.revoked_at == NOW
        assert [kind for kind, _ in diary()] == ["token_created", "token_revoked"]


class TestFirstLink:
    def test_a_new_link_replaces_the_old(self, context: Flask) -> None:
        old, new = actions.offer_first_link(), actions.offer_first_link()
        assert old
        assert new
        assert not queries.is_first_link(old)
        assert queries.is_first_link(new)
        assert count(FirstLink) == 1

    def test_there_is_none_once_somebody_administers(self, context: Flask) -> None:
        token = actions.offer_first_link()
        assert token
        create_user("chief@example.org", "administrator")
        assert actions.offer_first_link() is None
        assert not queries.is_first_link(token)
        with pytest.raises(Problem):
            actions.claim_first_link(token, ADA, PASSWORD, now=NOW)

    def test_it_makes_one_administrator_and_is_then_worthless(self, context: Flask) -> None:
        token = actions.offer_first_link()
        assert token
        user = actions.claim_first_link(token, ADA, PASSWORD, now=NOW)
        assert (user.role, user.status) == (RoleName.ADMINISTRATOR, UserStatus.APPROVED)
        with pytest.raises(Problem):
            actions.claim_first_link(token, "eve@example.org", PASSWORD, now=NOW)
        assert count(User) == 1

    def test_who_had_registered_before_becomes_the_administrator(self, context: Flask) -> None:
        actions.register(ADA, "a pass phrase of somebody")
        token = actions.offer_first_link()
        assert token
        actions.claim_first_link(token, ADA, PASSWORD, now=NOW)
        assert count(User) == 1
        sign_in(ADA, PASSWORD)

    def test_of_two_browsers_one_creates_the_administrator(self, app: Flask) -> None:
        with app.app_context():
            token = actions.offer_first_link()
            db.session.commit()
        assert token
        addresses = [f"{n}@example.org" for n in range(4)]
        outcomes = together(
            app,
            [lambda a=a: actions.claim_first_link(token, a, PASSWORD, now=NOW) for a in addresses],
        )
        assert sorted(outcomes) == ["done", "refused", "refused", "refused"]
        with app.app_context():
            assert count(User) == 1


def test_of_two_registrations_of_one_address_one_stays(app: Flask) -> None:
    outcomes = together(app, [lambda: actions.register(ADA, PASSWORD)] * 3)
    assert outcomes == ["done"] * 3
    with app.app_context():
        assert count(User) == 1
        assert len(diary()) == 1
