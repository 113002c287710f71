"""Verbs of accounts."""

from webapp.accounts.models import ApiToken, RoleName, TokenScope, User


def create_user(email: str, password: str, role: RoleName) -> User:
    """Create an approved person."""
    raise NotImplementedError


def create_token(name: str, scope: TokenScope) -> str:
    """Create an API token and return it, the only time it is seen."""
    raise NotImplementedError


__all__ = ["ApiToken"]
