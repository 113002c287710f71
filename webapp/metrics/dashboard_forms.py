"""What the forms of dashboards take."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from webapp.core.jsonapi import Input
from webapp.metrics.boards import LONGEST_NAME, MOST_PICKED
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.gallery import names_of
from webapp.metrics.models import MetricKind
from webapp.metrics.ranges import DEFAULT, RANGES

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
SeriesId = Annotated[int, Field(ge=1, le=2**31 - 1)]


class NewDashboard(Input):
    """A name, and the host whose usual charts it begins with."""

    name: Name
    host: Annotated[str | None, Field(max_length=255)] = None


class DashboardEdit(Input):
    """A name, and the range it opens with."""

    name: Name
    range: str = DEFAULT

    @field_validator("range")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in RANGES:
            raise ValueError(f"the ranges are {', '.join(RANGES)}")
        return value


class NewChart(Input):
    """A chart of a host or a service, with some series picked (numbers and commas) or all."""

    kind: MetricKind
    source: Annotated[str, Field(min_length=1, max_length=255)]
    chart: Annotated[str, Field(min_length=1, max_length=120)]
    pick: Annotated[list[SeriesId], Field(max_length=MOST_PICKED)] = []

    @field_validator("pick", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value

    @field_validator("chart")
    @classmethod
    def _is_drawn(cls, value: str) -> str:
        if not names_of(value, DESCRIBED):
            raise ValueError("there is no such chart")
        return value


class Move(Input):
    """Where a chart goes."""

    to: Literal["up", "down"]
