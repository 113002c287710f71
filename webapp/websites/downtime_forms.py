"""What the forms of downtimes and maintenance take; their times are in the zone that they name."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from webapp.core.jsonapi import Input
from webapp.websites.downtime_schemas import Text, Zone

FORMAT = "%Y-%m-%dT%H:%M:%S"


class DowntimeForm(Input):
    """Times, root cause and notes of a downtime."""

    zone: Zone = "UTC"
    started_at: datetime
    ended_at: datetime | None = None
    root_cause: Text | None = None
    notes: Text | None = None


class MaintenanceForm(Input):
    """When maintenance begins (now, if not said) and how many minutes it lasts."""

    zone: Zone = "UTC"
    starts_at: datetime | None = None
    minutes: Annotated[int, Field(ge=1, le=31 * 24 * 60)]
    note: Annotated[str | None, Field(max_length=500)] = None


def shown(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment as a field of a form shows it, in that zone."""
    return moment.astimezone(zone).strftime(FORMAT) if moment else ""


def meant(typed: datetime | None, zone: str) -> datetime | None:
    """The moment that was typed in that zone; the earlier one, where the clocks go back."""
    if typed is None or typed.tzinfo is not None:
        return typed
    return typed.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def as_typed(typed: datetime | None, zone: str, before: datetime | None) -> datetime | None:
    """The moment that was typed; the one before, if it is shown alike (to the second)."""
    moment, place = meant(typed, zone), ZoneInfo(zone)
    return before if shown(moment, place) == shown(before, place) else moment
