"""What the URLs of the pages of machines and services ask for; a wrong one is refused in words."""

from typing import Annotated, Literal, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from webapp.core import clock
from webapp.core.problems import Problem
from webapp.metrics import ranges
from webapp.metrics.boards import MOST_PICKED
from webapp.metrics.ranges import RangeError, TimeRange
from webapp.metrics.readings import MetricKind

BAD_ADDRESS = "The address of this page is not one we gave."
PAGE_SIZE = 25
Schema = TypeVar("Schema", bound=BaseModel)
Page = Annotated[int, Field(ge=1, le=1_000_000)]
SeriesId = Annotated[int, Field(ge=1, le=2**31 - 1)]
Text = Annotated[str, Field(max_length=200)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


class HostListQuery(_Asked):
    """Which hosts, in which order, which page of them."""

    q: Text = ""
    state: Literal["", "up", "silent"] = ""
    order: Literal["state", "name", "cpu", "memory", "disk", "seen"] = "state"
    page: Page = 1

    @property
    def params(self) -> dict[str, str]:
        """The parameters of a URL that say it, without the page."""
        said = {"q": self.q, "state": self.state, "order": self.order}
        return {name: value for name, value in said.items() if value and value != "state"}


class ServiceListQuery(_Asked):
    """Which services, which page of them."""

    q: Text = ""
    page: Page = 1


class SeriesListQuery(_Asked):
    """Which series of a host or a service: words of their names and labels, one chart alone."""

    q: Text = ""
    chart: Annotated[str | None, Field(max_length=200)] = None
    page: Page = 1


class AddQuery(_Asked):
    """What is to go on a dashboard: charts of a host or a service, or one of them."""

    kind: MetricKind
    source: Annotated[str, Field(min_length=1, max_length=255)]
    chart: Annotated[str | None, Field(max_length=120)] = None
    pick: Annotated[list[SeriesId], Field(max_length=MOST_PICKED)] = []


class LinesQuery(_Asked):
    """How fine a drawing is to be, and which series are to be in it."""

    points: Annotated[int, Field(ge=1, le=100_000)] = 400
    pick: Annotated[list[SeriesId], Field(max_length=100)] = []


def asked(schema: type[Schema]) -> Schema:
    """The parameters of this request as `schema`; one that does not fit is a 400."""
    given: dict[str, object] = {k: v for k, v in request.args.items() if v.strip()}
    if "pick" in given:
        given["pick"] = request.args.getlist("pick")
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        raise Problem(400, BAD_ADDRESS) from error


def time_range() -> TimeRange:
    """The stretch of time that this request asks for; one that cannot be shown is a 400."""
    given = {name: value for name, value in request.args.items() if value.strip()}
    try:
        return ranges.parse(given, clock.to_ms(clock.now()))
    except RangeError as error:
        raise Problem(400, str(error)) from error
