"""What the forms accept."""

import pytest
from pydantic import ValidationError

from webapp.accounts.models import RoleName, UserStatus
from webapp.accounts.schemas import (
    Credentials,
    PasswordChange,
    PeopleQuery,
    RoleChoice,
    TokenCreate,
    normal_email,
)

LONG_ENOUGH = "twelve chars"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ada@example.org", "ada@example.org"),
        ("Ada.Lovelace@Example.ORG", "ada.lovelace@example.org"),
        ("ada+watch@example.org", "ada+watch@example.org"),
        ("ada@intranet.local", "ada@intranet.local"),
        ("root@localhost", "root@localhost"),
        ("ada@bücher.example", "ada@bücher.example"),
    ],
)
def test_an_address_is_kept_in_one_spelling(text: str, expected: str) -> None:
    assert normal_email(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "a da@example.org",
        "ada@example.org, eve@example.org",
        "ada@exa\nmple.org",
        "a" * 250 + "@example.org",
    ],
)
def test_it_refuses_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        normal_email(text)


@pytest.mark.parametrize(
    ("length", "accepted"), [(0, False), (11, False), (12, True), (256, True), (257, False)]
)
def test_a_password_has_12_to_256_characters(length: int, accepted: bool) -> None:
    given = {"email": "ada@example.org", "password": "p" * length}
    if accepted:
        assert Credentials.model_validate(given).password.get_secret_value() == "p" * length
        return
    with pytest.raises(ValidationError, match="12 to 256 characters"):
        Credentials.model_validate(given)


def test_a_password_is_not_shown_when_its_form_is_logged() -> None:
    form = Credentials.model_validate({"email": "a@example.org", "password": LONG_ENOUGH})
    assert LONG_ENOUGH not in repr(form)


def test_a_new_password_is_typed_twice() -> None:
    given = {"current_password": "x", "password": LONG_ENOUGH, "repeated": "twelve chats"}
    with pytest.raises(ValidationError, match="differ") as refusal:
        PasswordChange.model_validate(given)
    assert refusal.value.errors()[0]["loc"] == ("repeated",)


def test_the_role_is_viewer_unless_chosen() -> None:
    assert RoleChoice().role is RoleName.VIEWER
    with pytest.raises(ValidationError):
        RoleChoice.model_validate({"role": "owner"})


@pytest.mark.parametrize("given", [{}, {"name": ""}, {"name": "x" * 101}, {"name": "x", "id": "1"}])
def test_it_refuses_a_token_without_a_fitting_name(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        TokenCreate.model_validate(given)


def test_an_empty_status_means_everybody() -> None:
    assert PeopleQuery.model_validate({"status": ""}).status is None
    assert PeopleQuery.model_validate({"status": "waiting"}).status is UserStatus.WAITING
