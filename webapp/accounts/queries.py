"""Questions about people, their sessions and the tokens."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from webapp.accounts.models import ApiToken, FirstLink, RoleName, SignIn, User, UserStatus
from webapp.core.db import db
from webapp.core.secrets import hash_token

IS_ADMINISTRATOR = (User.role == RoleName.ADMINISTRATOR) & (User.status == UserStatus.APPROVED)


def user_by_email(email: str) -> User | None:
    """The person with this address in its kept spelling, None if nobody has it."""
    return db.session.scalar(select(User).where(User.email == email))


def administrators() -> int:
    """How many people can administer now."""
    return db.session.scalar(select(func.count(User.id)).where(IS_ADMINISTRATOR)) or 0


def live_session(key: str, now: datetime) -> SignIn | None:
    """The session behind a cookie's key, with its person, if both are still welcome; one query."""
    return db.session.scalar(
        select(SignIn)
        .join(SignIn.user)
        .options(contains_eager(SignIn.user))
        .where(
            SignIn.key_hash == hash_token(key),
            SignIn.expires_at > now,
            User.status == UserStatus.APPROVED,
        )
    )


def sessions_of(user_id: int, now: datetime) -> Sequence[SignIn]:
    """A person's sessions that have not expired, last used first."""
    found = select(SignIn).where(SignIn.user_id == user_id, SignIn.expires_at > now)
    return db.session.scalars(found.order_by(SignIn.seen_at.desc(), SignIn.id.desc())).all()


def people(status: UserStatus | None, page: int, page_size: int) -> tuple[Sequence[User], int]:
    """One page of the people, those who wait first, then by address; and how many there are."""
    wanted = select(User) if status is None else select(User).where(User.status == status)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    waiting_first = (User.status != UserStatus.WAITING, User.email)
    rows = wanted.order_by(*waiting_first).limit(page_size).offset((page - 1) * page_size)
    return db.session.scalars(rows).all(), total


def all_people() -> Sequence[User]:
    """Everybody, by address."""
    return db.session.scalars(select(User).order_by(User.email)).all()


def tokens(page: int, page_size: int) -> tuple[Sequence[ApiToken], int]:
    """One page of the API tokens, working ones first, newest first; and how many there are."""
    total = db.session.scalar(select(func.count(ApiToken.id))) or 0
    order = (ApiToken.revoked_at.is_not(None), ApiToken.id.desc())
    rows = select(ApiToken).order_by(*order).limit(page_size).offset((page - 1) * page_size)
    return db.session.scalars(rows).all(), total


def working_token(token: str) -> ApiToken | None:
    """The API token somebody presents, None when it is unknown or revoked."""
    known = ApiToken.token_hash == hash_token(token)
    return db.session.scalar(select(ApiToken).where(known, ApiToken.revoked_at.is_(None)))


def is_first_link(token: str) -> bool:
    """Whether this link may still create the first administrator."""
    unused = (FirstLink.token_hash == hash_token(token)) & FirstLink.used_at.is_(None)
    found = db.session.scalar(select(FirstLink.id).where(unused))
    return found is not None and not administrators()
