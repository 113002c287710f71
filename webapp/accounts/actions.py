"""Verbs of accounts: people and how they get in. Sessions and tokens are ended here too."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from webapp.accounts import passwords, queries
from webapp.accounts.models import (
    ApiToken,
    FirstLink,
    RoleName,
    SignIn,
    TokenScope,
    User,
    UserStatus,
)
from webapp.activity.actions import record
from webapp.activity.models import ActivityType
from webapp.core import access
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.core.secrets import hash_token, new_token

TOKEN_PREFIX = "wk"  # noqa: S105
HINT_LENGTH = 8
WRONG = "The e-mail address or the password is wrong."


def create_user(email: str, password: str, role: RoleName) -> User:
    """Create an approved person; 422 when the address is taken."""
    user = _add_user(email, passwords.hash_password(password), role, UserStatus.APPROVED)
    if user is None:
        raise invalid(FieldError("email", f"{email} has an account already."))
    record(ActivityType.USER_APPROVED, f"{email} was added as {role.value}.")
    return user


def register(email: str, password: str) -> None:
    """Put a person on the waiting list; nothing tells whether the address was known already."""
    kept_hash = passwords.hash_password(password)
    user = _add_user(email, kept_hash, RoleName.VIEWER, UserStatus.WAITING)
    if user is not None:
        record(ActivityType.USER_REGISTERED, f"{email} registered and waits.", user_email=email)


def _add_user(email: str, kept_hash: str, role: RoleName, status: UserStatus) -> User | None:
    if queries.user_by_email(email) is not None:
        return None
    user = User(email=email, password_hash=kept_hash, role=role, status=status)
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:
        return None  # somebody else took the address between the look and the insert
    return user


def sign_in(email: str, password: str, *, user_agent: str, address: str, now: datetime) -> str:
    """Check the password and start a session; return its key, which is kept nowhere.

    422 for a wrong address or password, 403 for a person who waits or was turned away: that is
    said only to somebody who knows the password.
    """
    user = queries.user_by_email(email)
    if not passwords.is_right(password, user.password_hash if user else None) or user is None:
        raise invalid(FieldError("password", WRONG))
    if user.status is not UserStatus.APPROVED:
        raise Problem(403, _why_not(user.status))
    if passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hash_password(password)
    return start_session(user, user_agent=user_agent, address=address, now=now)


def _why_not(status: UserStatus) -> str:
    if status is UserStatus.WAITING:
        return "An administrator has not let you in yet. Try again later."
    return "An administrator has turned this account away. Ask them if that is a mistake."


def start_session(user: User, *, user_agent: str, address: str, now: datetime) -> str:
    """Start a session of `user` and forget all that have expired; return its key."""
    key = new_token("session")
    db.session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    session = SignIn(
        user=user,
        key_hash=hash_token(key),
        user_agent=user_agent[:255],
        address=address[:64],
        created_at=now,
        seen_at=now,
        expires_at=now + _lifetime(),
    )
    user.last_seen_at = now
    db.session.add(session)
    db.session.flush()
    return key


def _lifetime() -> timedelta:
    return timedelta(days=current_app.extensions["settings"].session_days)


def keep_session(sign_in_id: int, user_id: int, now: datetime) -> None:
    """Note that a session is in use, which puts its end off."""
    db.session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id)
        .values(seen_at=now, expires_at=now + _lifetime())
    )
    db.session.execute(update(User).where(User.id == user_id).values(last_seen_at=now))


def end_session(key: str) -> None:
    """End the session with this key, if there is one."""
    db.session.execute(delete(SignIn).where(SignIn.key_hash == hash_token(key)))


def end_session_of(user_id: int, sign_in_id: int) -> None:
    """End one session of this person; 404 when it is somebody else's or gone."""
    mine = (SignIn.id == sign_in_id) & (SignIn.user_id == user_id)
    if not db.session.scalars(delete(SignIn).where(mine).returning(SignIn.id)).all():
        raise Problem(404, "There is no such session; it may have ended already.")


def end_sessions(user_id: int, *, but: int | None = None) -> int:
    """End all sessions of this person, except the one with id `but`; say how many."""
    doomed = delete(SignIn).where(SignIn.user_id == user_id)
    if but is not None:
        doomed = doomed.where(SignIn.id != but)
    return len(db.session.scalars(doomed.returning(SignIn.id)).all())


def change_password(user: User, current: str, new: str, *, this_session: int) -> None:
    """Change one's own password and end one's other sessions; 422 when `current` is wrong."""
    if not passwords.is_right(current, user.password_hash):
        raise invalid(FieldError("current_password", "This is not your current password."))
    set_password(user, new, but=this_session)


def set_password(user: User, new: str, *, but: int | None = None) -> None:
    """Give a person a new password and end their sessions, except the one with id `but`."""
    user.password_hash = passwords.hash_password(new)
    end_sessions(user.id, but=but)
    record(ActivityType.USER_CHANGED, f"The password of {user.email} was changed.")


def approve(user: User, role: RoleName) -> None:
    """Let in a person who waits or was turned away, with this role."""
    if user.status is UserStatus.APPROVED:
        raise Problem(409, f"{user.email} has been let in already.")
    user.status, user.role = UserStatus.APPROVED, role
    record(ActivityType.USER_APPROVED, f"{user.email} was approved as {role.value}.")


def reject(user: User) -> None:
    """Turn a person away; what sessions they have end."""
    _refuse_self(user)
    if user.status is UserStatus.REJECTED:
        raise Problem(409, f"{user.email} has been turned away already.")
    _lock_administrators()
    user.status = UserStatus.REJECTED
    end_sessions(user.id)
    _refuse_without_administrator()
    record(ActivityType.USER_REJECTED, f"{user.email} was rejected.")


def change_role(user: User, role: RoleName) -> None:
    """Give an approved person another role, at once also in their open sessions."""
    _refuse_self(user)
    if user.status is not UserStatus.APPROVED:
        raise Problem(409, f"{user.email} has not been let in.")
    if user.role is role:
        return
    _lock_administrators()
    before, user.role = user.role, role
    _refuse_without_administrator()
    record(ActivityType.USER_CHANGED, f"{user.email} is now {role.value}, was {before.value}.")


def remove(user: User) -> None:
    """Delete a person and their sessions; what they wrote in the diary stays."""
    _refuse_self(user)
    _lock_administrators()
    email = user.email
    db.session.delete(user)
    _refuse_without_administrator()
    record(ActivityType.USER_CHANGED, f"{email} was removed.")


def _refuse_self(user: User) -> None:
    who = access.identity()
    if who is not None and who.user_id == user.id:
        raise Problem(409, "Ask another administrator: nobody changes their own standing.")


def _lock_administrators() -> None:
    """On PostgreSQL make a second such change wait; SQLite has one writer at a time anyway."""
    rows = select(User.id).where(queries.IS_ADMINISTRATOR).order_by(User.id)
    db.session.execute(rows.with_for_update())


def _refuse_without_administrator() -> None:
    """Counted after the change, when nobody else can change it: two may not demote each other."""
    db.session.flush()
    if not queries.administrators():
        raise Problem(409, "This is the last administrator. Make somebody else one first.")


def create_token(name: str, scope: TokenScope) -> str:
    """Create an API token and return it, the only time it is seen."""
    token = new_token(TOKEN_PREFIX)
    row = ApiToken(
        name=name,
        scope=scope,
        token_hash=hash_token(token),
        hint=token[:HINT_LENGTH],
        created_by=access.email(),
    )
    db.session.add(row)
    db.session.flush()
    record(ActivityType.TOKEN_CREATED, f"The {scope.value} token {name} was created.")
    return token


def revoke_token(token: ApiToken, now: datetime) -> None:
    """Make a token worthless; a revoked one stays as it is."""
    if token.revoked_at is None:
        token.revoked_at = now
        record(ActivityType.TOKEN_REVOKED, f"The token {token.name} was revoked.")


def note_token_use(token_id: int, now: datetime) -> None:
    """Note when a token was last used."""
    db.session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def offer_first_link() -> str | None:
    """A new token for the one-time link, the old one void; None once there is an administrator."""
    if queries.administrators():
        return None
    token = new_token("first")
    db.session.execute(delete(FirstLink))
    db.session.add(FirstLink(token_hash=hash_token(token)))
    db.session.flush()
    return token


def claim_first_link(token: str, email: str, password: str, *, now: datetime) -> User:
    """Use up the link and create the first administrator; 404 when it is not valid any more.

    Somebody who registered under that address before is made the administrator, with this
    password: whoever holds the link runs the machine.
    """
    kept_hash = passwords.hash_password(password)
    unused = (FirstLink.token_hash == hash_token(token)) & FirstLink.used_at.is_(None)
    claim = update(FirstLink).where(unused).values(used_at=now).returning(FirstLink.id)
    claimed = db.session.scalars(claim).all()
    if not claimed or queries.administrators():
        raise Problem(404, "This link has been used, replaced or is not needed any more.")
    user = queries.user_by_email(email) or User(email=email)
    user.password_hash = kept_hash
    user.role, user.status = RoleName.ADMINISTRATOR, UserStatus.APPROVED
    db.session.add(user)
    db.session.flush()
    record(ActivityType.USER_APPROVED, f"{email} is the first administrator.", user_email=email)
    return user
