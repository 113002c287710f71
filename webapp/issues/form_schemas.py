"""What the form of a new occurrence sends: what the API takes, with the context as text."""

from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BeforeValidator

from webapp.issues.bounds import checked_context
from webapp.issues.occurrence_schemas import (
    OccurrenceCreate,
    SentFault,
    SentOperationalIssue,
    SentOverload,
)

NO_OBJECT = 'write an object of JSON, like {"order": 17}'


def _as_object(given: object) -> object:
    """JSON text as what it says; a sentence where it is no object."""
    if not isinstance(given, str):
        return given
    try:
        found = orjson.loads(given)
    except orjson.JSONDecodeError as error:
        raise ValueError(NO_OBJECT) from error
    if not isinstance(found, dict):
        raise ValueError(NO_OBJECT)
    return found


class OperationalForm(SentOperationalIssue):
    """An operational issue, as a person reports it."""

    context: (
        Annotated[dict[str, Any], BeforeValidator(_as_object), AfterValidator(checked_context)]
        | None
    ) = None


FORMS: dict[str, type[OccurrenceCreate]] = {
    "fault": SentFault,
    "overload": SentOverload,
    "operational": OperationalForm,
}
