"""Password hashes."""

import pytest
from argon2 import PasswordHasher

from webapp.accounts.passwords import hash_password, is_outdated, is_right

RIGHT = "correct horse battery"
KEPT = hash_password(RIGHT)


@pytest.mark.parametrize(
    ("password", "kept", "expected"),
    [
        pytest.param(RIGHT, KEPT, True, id="the right password"),
        pytest.param("correct horse batter", KEPT, False, id="a wrong password"),
        pytest.param("", KEPT, False, id="no password"),
        pytest.param(RIGHT, None, False, id="an unknown person"),
        pytest.param("nobody has this password", None, False, id="the stand-in's own password"),
        pytest.param(RIGHT, "not a hash", False, id="a damaged hash"),
    ],
)
def test_only_the_right_password_of_a_known_person_fits(
    password: str, kept: str | None, expected: bool
) -> None:
    assert is_right(password, kept) is expected


def test_the_same_letters_composed_otherwise_fit() -> None:
    assert is_right("passwörter reichen", hash_password("passwo\u0308rter reichen"))


def test_the_hash_is_argon2id_and_tells_nothing_of_the_password() -> None:
    assert KEPT.startswith("$argon2id$")
    assert RIGHT not in KEPT
    assert hash_password(RIGHT) != KEPT


def test_a_hash_with_other_parameters_fits_and_is_outdated() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(RIGHT)
    assert is_right(RIGHT, old)
    assert is_outdated(old)
    assert not is_outdated(KEPT)
