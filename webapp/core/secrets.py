"""Secrets: encrypted at rest with a key outside the database; tokens kept only as hashes."""

import base64
import hashlib
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

TOKEN_BYTES = 32


class SecretUnreadable(Exception):
    """A stored secret was encrypted with a key that ENCRYPTION_KEY no longer holds."""


def encrypt(text: str) -> bytes:
    """Encrypt `text` with the newest key."""
    return _cipher(current_app.extensions["settings"].encryption_key).encrypt(text.encode())


def decrypt(sealed: bytes) -> str:
    """The text behind `sealed`; raise `SecretUnreadable` when no key of ours fits."""
    try:
        return _cipher(current_app.extensions["settings"].encryption_key).decrypt(sealed).decode()
    except InvalidToken as error:
        raise SecretUnreadable("ENCRYPTION_KEY does not fit this secret; enter it anew") from error


def new_token(prefix: str) -> str:
    """A random token that carries 256 bits and says by its prefix what it is for."""
    return f"{prefix}_{secrets.token_urlsafe(TOKEN_BYTES)}"


def hash_token(token: str) -> str:
    """SHA-256 in hexadecimal: enough for a token that is random already."""
    return hashlib.sha256(token.encode()).hexdigest()


class Sealed(TypeDecorator[str]):
    """A text column that is encrypted in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else decrypt(value)


@lru_cache(maxsize=4)
def _cipher(keys: str) -> MultiFernet:
    return MultiFernet([Fernet(_fernet_key(key.strip())) for key in keys.split(",")])


def _fernet_key(key: str) -> bytes:
    digest = hashlib.sha256(b"watchkeeper at rest" + key.encode()).digest()
    return base64.urlsafe_b64encode(digest)
