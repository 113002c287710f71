"""What the forms and commands of this feature accept."""

from typing import Annotated

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from webapp.accounts.models import RoleName, TokenScope, UserStatus
from webapp.accounts.passwords import LONGEST, SHORTEST
from webapp.core.jsonapi import Input, PageQuery

LONGEST_EMAIL = 254
# An address is a name to sign in with here, and intranets do use these.
for _domain in ("local", "localhost"):
    SPECIAL_USE_DOMAIN_NAMES.remove(_domain)


def normal_email(text: str) -> str:
    """The address in the one spelling we keep: lower case. An intranet's own domain is fine."""
    try:
        found = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError("Enter an e-mail address, like name@example.org.") from error
    address = found.normalized.lower()
    if len(address) > LONGEST_EMAIL:
        raise ValueError(f"An e-mail address has at most {LONGEST_EMAIL} characters.")
    return address


def _strong_enough(password: SecretStr) -> SecretStr:
    # Pydantic's own bounds would name the field's type and not the remedy.
    length = len(password.get_secret_value())
    if not SHORTEST <= length <= LONGEST:
        raise PydanticCustomError(
            "password_length", f"Use {SHORTEST} to {LONGEST} characters; a few words do well."
        )
    return password


Email = Annotated[str, Field(max_length=320), AfterValidator(normal_email)]
NewPassword = Annotated[SecretStr, AfterValidator(_strong_enough)]


class SignInForm(Input):
    """An address, a password, and where to go then."""

    email: Email
    password: Annotated[SecretStr, Field(max_length=LONGEST * 4)]
    next: str = "/"


class Credentials(Input):
    """The address and password of a new person."""

    email: Email
    password: NewPassword


class PasswordSetting(Input):
    """A new password for somebody, set by an operator of the machine."""

    password: NewPassword


class PasswordChange(Input):
    """A person's own new password, typed twice, with the one it replaces."""

    current_password: Annotated[SecretStr, Field(max_length=LONGEST * 4)]
    password: NewPassword
    repeated: SecretStr

    @field_validator("repeated")
    @classmethod
    def _is_the_same(cls, repeated: SecretStr, info: ValidationInfo) -> SecretStr:
        if "password" in info.data and repeated != info.data["password"]:
            raise ValueError("The two new passwords differ.")
        return repeated


class RoleChoice(Input):
    """The role a person is let in with, or changed to."""

    role: RoleName = RoleName.VIEWER


class TokenCreate(Input):
    """What a new API token is called and may do."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scope: TokenScope = TokenScope.READ


class PeopleQuery(PageQuery):
    """Which page of the people, and of which status."""

    status: UserStatus | None = None

    @field_validator("status", mode="before")
    @classmethod
    def _empty_means_all(cls, value: object) -> object:
        return value or None
