"""Refusals as RFC 9457 problem documents that name the field and what was expected."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import Response
from pydantic import ValidationError
from werkzeug.http import HTTP_STATUS_CODES

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field: its path with dots, and what was expected."""

    field: str
    message: str


@dataclass
class Problem(Exception):
    """A request that is refused, with an HTTP status and, where it fits, the fields at fault.

    `more` is told beside them in the problem document.
    """

    status: int
    detail: str
    errors: list[FieldError] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def as_response(self) -> Response:
        """The problem document."""
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTP_STATUS_CODES.get(self.status, "Error"),
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = [{"field": e.field, "message": e.message} for e in self.errors]
        document |= self.more
        return Response(orjson.dumps(document), self.status, self.headers, content_type=MEDIA_TYPE)


def invalid(*errors: FieldError) -> Problem:
    """422: the fields of the input that are wrong."""
    named = ", ".join(dict.fromkeys(e.field for e in errors))
    return Problem(422, f"Not accepted: {named}.", list(errors))


def field_errors(error: ValidationError) -> list[FieldError]:
    """What Pydantic found, one entry a field, in the words of an operator."""
    return [FieldError(_path(e["loc"]), _sentence(e)) for e in error.errors(include_url=False)]


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "body"


def _sentence(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "There is no such field."
    if error["type"] == "missing":
        return "This field is required."
    message: str = error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return message[:1].upper() + message[1:] + ("" if message.endswith(".") else ".")
