"""Who visits with a browser: from the signed cookie to the session's row to what pages may know.

The cookie holds a random key whose hash is the row; deleting the row ends the session.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import Flask, g, request, session
from sqlalchemy.exc import OperationalError

from webapp.accounts import actions, queries
from webapp.accounts.models import RoleName, SignIn, User
from webapp.config import Settings
from webapp.core import clock
from webapp.core.access import Identity, Role
from webapp.core.db import db

KEY = "key"
SEEN_EVERY = timedelta(minutes=5)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Visitor:
    """`current_user` in templates: who is signed in on this browser, or nobody."""

    email: str | None = None
    role: str = ""
    user_id: int | None = None
    session_id: int | None = None

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody is signed in."""
        return self.user_id is not None

    @property
    def is_operator(self) -> bool:
        """Whether they may change what is watched; an administrator may too."""
        return self.role in (RoleName.OPERATOR.value, RoleName.ADMINISTRATOR.value)

    @property
    def is_administrator(self) -> bool:
        """Whether they may administer people and tokens."""
        return self.role == RoleName.ADMINISTRATOR.value


NOBODY = Visitor()


def init_app(app: Flask, settings: Settings) -> None:
    """Give the cookie its lifetime and templates their `current_user`."""
    app.config.update(
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.session_days),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.context_processor(lambda: {"current_user": current()})


def current() -> Visitor:
    """The visitor of this request, `NOBODY` before or without sign-in; asks no database."""
    visitor: Visitor = g.get("visitor", NOBODY)
    return visitor


def recognise() -> Identity | None:
    """The person behind this request's cookie, with one query; None and no query without one."""
    key = session.get(KEY)
    if not isinstance(key, str):
        return None
    now = clock.now()
    found = queries.live_session(key, now)
    if found is None:
        session.pop(KEY)
        return None
    user = found.user
    g.visitor = Visitor(user.email, user.role.value, user.id, found.id)
    g.identity = Identity(role=Role[user.role.name], email=user.email, user_id=user.id)
    if now - found.seen_at >= SEEN_EVERY:
        _keep(found.id, user.id, now)
    identity: Identity = g.identity
    return identity


def _keep(sign_in_id: int, user_id: int, now: datetime) -> None:
    try:
        actions.keep_session(sign_in_id, user_id, now)
        db.session.commit()
    except OperationalError as error:
        # A page that only reads must not fail because the database takes no writes just now.
        db.session.rollback()
        log.warning("the last use of a session was not noted", why=str(error.orig))
    session.modified = True


def origin() -> dict[str, str]:
    """What a new session remembers of this request: browser and address."""
    return {
        "user_agent": request.user_agent.string,
        "address": request.remote_addr or "unknown",
    }


def begin(key: str) -> None:
    """Hand the session's key to this browser, in a cookie that shares nothing with the last one."""
    session.clear()
    session[KEY] = key
    session.permanent = True


def leave() -> None:
    """End this browser's session, if it has one, and empty its cookie. Flushes."""
    key = session.get(KEY)
    if isinstance(key, str):
        actions.end_session(key)
    session.clear()


def own_row() -> User:
    """The row of the person who is signed in."""
    return db.session.get_one(User, current().user_id)


def own_sessions() -> list[SignIn]:
    """The sessions of the person who is signed in, this one first."""
    visitor = current()
    assert visitor.user_id is not None
    found = queries.sessions_of(visitor.user_id, clock.now())
    return sorted(found, key=lambda row: row.id != visitor.session_id)
