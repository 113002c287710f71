"""What the pages of alerts are asked, and what their forms hold."""

from typing import Annotated, Literal

from pydantic import Field

from webapp.alerts.models import AlertStatus, Severity
from webapp.alerts.queries import AlertFilters
from webapp.alerts.schemas import Text, Title
from webapp.core.jsonapi import Input

Show = Literal["open", "active", "acknowledged", "over", "all"]
STEPS = ("acknowledge", "unacknowledge", "resolve", "dismiss")
FOR = (("", "Until it is over"), ("3600", "For an hour"), ("28800", "For 8 h"), ("86400", "A day"))


class ListQuery(Input):
    """The parameters of the list; `seen` is the panel's version."""

    show: Show = "open"
    severity: Severity | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    seen: str = ""

    @property
    def filters(self) -> AlertFilters:
        """The same for the question."""
        status = {"active": AlertStatus.ACTIVE, "acknowledged": AlertStatus.ACKNOWLEDGED}
        is_open = {"open": True, "over": False}
        return AlertFilters(
            status=status.get(self.show), is_open=is_open.get(self.show), severity=self.severity
        )


class StepForm(Input):
    """A step, with a note if wanted; an acknowledgement may be for so many seconds."""

    note: Text = ""
    for_s: Annotated[int, Field(ge=1, le=31 * 86_400)] | Literal[""] = ""


class AlertForm(Input):
    """An alert raised by hand."""

    title: Title
    description: Text = ""
    severity: Severity = Severity.ERROR
    host: Annotated[str, Field(max_length=255)] = ""
    service: Annotated[str, Field(max_length=100)] = ""
