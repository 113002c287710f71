"""Who may call a route, declared beside the route; `accounts` enforces the declaration.

Every view carries exactly one declaration. A view without one is refused to everybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

from flask import Flask, current_app, g

View = TypeVar("View", bound=Callable[..., Any])


class Role(IntEnum):
    """What a person may do; each role includes the ones before it."""

    VIEWER = 1
    OPERATOR = 2
    ADMINISTRATOR = 3

    @property
    def label(self) -> str:
        """The role in lower case, as stored and shown."""
        return self.name.lower()


@dataclass(frozen=True)
class Identity:
    """Who asks: a signed-in person or an API token, with the role that counts."""

    role: Role
    email: str | None = None
    user_id: int | None = None
    token_id: int | None = None


def needs(role: Role) -> Callable[[View], View]:
    """Declare that a view is for people and tokens of `role` and above."""
    return _declare(role)


def public(view: View) -> View:
    """Declare that a view is for everybody, without sign-in."""
    return _declare(None)(view)


def _declare(role: Role | None) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.access = role  # type: ignore[attr-defined]
        return view

    return declare


def is_declared(app: Flask, endpoint: str) -> bool:
    """Whether the endpoint says who may call it."""
    return endpoint == "static" or hasattr(app.view_functions[endpoint], "access")


def required_role(app: Flask, endpoint: str) -> Role | None:
    """The role that a declared `endpoint` needs, None if it is public."""
    if endpoint == "static":
        return None
    view: Any = app.view_functions[endpoint]
    role: Role | None = view.access
    return role


def identity() -> Identity | None:
    """Who asks in this request, None before or without sign-in."""
    who: Identity | None = g.get("identity")
    return who


def email() -> str | None:
    """E-mail address of the person who acts in this request, None for tokens and jobs."""
    if not current_app or "identity" not in g:
        return None
    who = identity()
    return who.email if who else None
