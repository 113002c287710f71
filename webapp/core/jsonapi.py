"""The JSON API's edge: parse, call one verb or question, commit, answer.

An operation declares what it takes and gives with Pydantic models; the same declaration checks
the request, shapes the answer and writes the OpenAPI document. Lists are
`{items, total, page, page_size}`; errors are problem documents.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from itertools import chain
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from webapp.core.access import Role, needs
from webapp.core.bodies import read_json, read_unchecked_json
from webapp.core.db import db
from webapp.core.problems import field_errors, invalid
from webapp.core.web import csrf

Item = TypeVar("Item")
Schema = TypeVar("Schema", bound=BaseModel)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
MAXIMUM_PAGE_SIZE = 200
DEEPEST = 50


class Input(BaseModel):
    """Base of everything that comes in: an unknown field is an error, text is stripped.

    `several` names the parameters of a query that may come several times, as lists.
    """

    several: ClassVar[tuple[str, ...]] = ()
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_what_no_database_keeps(cls, value: Any) -> Any:
        if why := _unstorable(value):
            raise ValueError(why)
        return value


def _unstorable(value: Any, depth: int = 0) -> str | None:
    if depth > DEEPEST:
        return f"this is nested deeper than {DEEPEST} levels"
    if isinstance(value, str):
        return "a NUL character cannot be stored" if "\x00" in value else None
    parts: Iterable[Any] = ()
    if isinstance(value, dict):
        parts = chain(value.keys(), value.values())
    elif isinstance(value, list):
        parts = value
    return next(filter(None, (_unstorable(part, depth + 1) for part in parts)), None)


class Output(BaseModel):
    """Base of everything that goes out; reads the attributes of a row."""

    model_config = ConfigDict(from_attributes=True)


class PageQuery(Input):
    """Which page of a list: `page` from 1, `page_size` up to 200."""

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=MAXIMUM_PAGE_SIZE)] = 50


class Page(Output, Generic[Item]):
    """One page of a list, with the number of items on all pages."""

    items: list[Item]
    total: int
    page: int
    page_size: int


@dataclass(frozen=True)
class Operation:
    """What a route takes and gives, for the checks and for the OpenAPI document.

    `takes` and `gives` are media types of a body that the function reads, and of an answer that it
    returns as a response, because they are no JSON but text.
    """

    summary: str
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    returns: type[BaseModel] | None
    status: int
    takes: str | None = None
    gives: str | None = None


def json_blueprint(name: str, prefix: str) -> Blueprint:
    """A blueprint for JSON routes below `prefix`; it needs a token and no CSRF value."""
    blueprint = Blueprint(f"{name}_api", __name__, url_prefix=prefix)
    csrf.exempt(blueprint)
    return blueprint


def operation(
    summary: str,
    *,
    role: Role,
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    returns: type[BaseModel] | None = None,
    status: int = 200,
    unchecked: int | None = None,
    takes: str | None = None,
    gives: str | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Make a view of a function that is called with `query=` and `body=` where declared.

    What it returns is shaped by `returns` (204 without); a pair `(items, total)` is one page of a
    list. The transaction is committed after a method that changes. With `unchecked`, the most bytes
    of it, the body comes as decoded, to be checked there. Text is read and answered by itself.
    """

    told = Operation(summary, query, body, returns, status, takes, gives)

    def decorate(function: Callable[..., Any]) -> Callable[..., Response]:
        @wraps(function)
        def view(**arguments: Any) -> Response:
            if query is not None:
                arguments["query"] = _parse_query(query)
            if unchecked is not None:
                arguments["body"] = read_unchecked_json(unchecked)
            elif body is not None:
                arguments["body"] = _parse_body(body)
            result = function(**arguments)
            document = _shape(returns, result, arguments.get("query"))
            if request.method not in SAFE_METHODS:
                db.session.commit()
            return document if isinstance(document, Response) else _respond(document, status)

        view.operation = told  # type: ignore[attr-defined]
        return needs(role)(view)

    return decorate


def _parse_query(schema: type[Schema]) -> Schema:
    given: dict[str, Any] = request.args.to_dict()
    for name in getattr(schema, "several", ()):
        if name in given:
            given[name] = request.args.getlist(name)
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        raise invalid(*field_errors(error)) from error


def _parse_body(schema: type[Schema]) -> Schema:
    given = read_json()
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        raise invalid(*field_errors(error)) from error


def _shape(returns: type[BaseModel] | None, result: Any, query: Any) -> BaseModel | Response | None:
    if returns is None or isinstance(result, Response):
        return result if isinstance(result, Response) else None
    if isinstance(result, tuple):
        # Rows are validated here, while their session is open; `total` counts all pages.
        items, total = result
        page = {"items": items, "total": total, "page": query.page, "page_size": query.page_size}
        return returns.model_validate(page, from_attributes=True)
    return returns.model_validate(result, from_attributes=True)


def _respond(document: BaseModel | Response | None, status: int) -> Response:
    if document is None:
        return Response(status=204)
    assert isinstance(document, BaseModel)
    body = document.model_dump_json()
    return Response(body, status, {"Cache-Control": "no-store"}, content_type="application/json")
