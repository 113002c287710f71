"""What the forms of downtimes and maintenance take; their times are in UTC."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from webapp.core.jsonapi import Input
from webapp.websites.downtime_schemas import Text

FORMAT = "%Y-%m-%dT%H:%M:%S"


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


Moment = Annotated[datetime, AfterValidator(_in_utc)]


class DowntimeForm(Input):
    """Times, root cause and notes of a downtime."""

    started_at: Moment
    ended_at: Moment | None = None
    root_cause: Text | None = None
    notes: Text | None = None


class MaintenanceForm(Input):
    """When maintenance begins (now, if not said) and how many minutes it lasts."""

    starts_at: Moment | None = None
    minutes: Annotated[int, Field(ge=1, le=31 * 24 * 60)]
    note: Annotated[str | None, Field(max_length=500)] = None


def shown(moment: datetime | None) -> str:
    """A moment as a field of a form shows it."""
    return moment.strftime(FORMAT) if moment else ""


def as_typed(typed: datetime | None, before: datetime | None) -> datetime | None:
    """The moment that was typed; the one before, if it is the same to the second."""
    return before if shown(typed) == shown(before) else typed
