"""Password hashes: argon2id with the least parameters OWASP names, so that several threads fit.

The parameters are part of each hash: one made with older parameters still verifies and is
outdated. 19 MiB and two passes are from the OWASP password storage cheat sheet.
"""

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """The hash to keep; the same password typed on another keyboard gives a matching one."""
    return _hasher.hash(_normal(password))


def is_right(password: str, kept_hash: str | None) -> bool:
    """Whether the password fits. None, for an unknown person, costs the same and never fits."""
    try:
        _hasher.verify(kept_hash or _nobodys_hash(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept_hash is not None


def is_outdated(kept_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(kept_hash)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
