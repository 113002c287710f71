"""People, their sessions and API tokens."""

from datetime import datetime
from enum import Enum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.access import Role
from webapp.core.db import Model, enum_type


class UserStatus(str, Enum):
    """Where a person stands: registered and waiting, let in, or turned away."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


class RoleName(str, Enum):
    """The roles as stored; each includes the ones before it."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"

    @property
    def role(self) -> Role:
        """The role to compare with."""
        return Role[self.name]


class TokenScope(str, Enum):
    """What an API token may do: read as a viewer, or write as an operator."""

    READ = "read"
    WRITE = "write"

    @property
    def role(self) -> Role:
        """The role a token of this scope acts with."""
        return Role.OPERATOR if self is TokenScope.WRITE else Role.VIEWER


class User(Model):
    """A person who registered or was created; signs in once approved."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[RoleName] = mapped_column(enum_type(RoleName, "role"))
    status: Mapped[UserStatus] = mapped_column(enum_type(UserStatus, "user_status"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_seen_at: Mapped[datetime | None]

    sign_ins: Mapped[list["SignIn"]] = relationship(
        back_populates="user", cascade="all, delete-orphan", passive_deletes=True
    )


class SignIn(Model):
    """A session of a person on one browser; deleting the row ends it. Only the hash is kept."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_user_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_agent: Mapped[str] = mapped_column(String(255))
    address: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    user: Mapped[User] = relationship(back_populates="sign_ins")


class ApiToken(Model):
    """A token for the API, shown once; only its hash is kept. A revoked one stays listed."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    scope: Mapped[TokenScope] = mapped_column(enum_type(TokenScope, "token_scope"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(8))
    created_by: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class FirstLink(Model):
    """A one-time link that creates the first administrator; used once, then worthless."""

    __tablename__ = "first_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]
