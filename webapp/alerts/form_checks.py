"""What a form comes to, checked as the API checks it, with the errors beside the form's fields."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from webapp.core.problems import Problem, field_errors

Schema = TypeVar("Schema", bound=BaseModel)
Errors = dict[str, str]


def checked(
    schema: type[Schema], given: Any, names: dict[str, str] | None = None
) -> tuple[Schema | None, Errors]:
    """The content, or the first message of each field; `names` are the form's own."""
    try:
        return schema.model_validate(given), {}
    except ValidationError as error:
        found = {
            e.field.split(".")[-1 if "hours" in e.field else 0]: e for e in field_errors(error)
        }
        return None, {(names or {}).get(name, name): e.message for name, e in found.items()}


def named(problem: Problem, names: dict[str, str]) -> Errors:
    """The messages of a verb that refused."""
    if not problem.errors:
        return {"": problem.detail}
    return {names.get(each.field, each.field): each.message for each in problem.errors}
