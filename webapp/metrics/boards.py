"""What a dashboard shows: which charts, in which order, over which range. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from webapp.metrics.ranges import DEFAULT, RANGES

MOST_CHARTS = 40
MOST_PICKED = 12
LONGEST_NAME = 100
FIRST_CHARTS = ("cpu", "memory", "load", "disk", "network", "disk_io")


class BoardError(ValueError):
    """A change that a dashboard does not take; the message is one sentence for its owner."""


@dataclass(frozen=True)
class BoardChart:
    """A chart of a host (`kind` system) or a service (application); `picked` are its series.

    `id` tells it from the others of its dashboard and stays while the order changes.
    """

    id: int
    kind: str
    source: str
    chart: str
    picked: tuple[int, ...] = ()


@dataclass(frozen=True)
class Board:
    """The content of a dashboard; `next_id` is for the chart that is added next."""

    range: str = DEFAULT
    charts: tuple[BoardChart, ...] = ()
    next_id: int = 1

    def chart(self, chart_id: int) -> BoardChart | None:
        """Its chart of that id."""
        return next((chart for chart in self.charts if chart.id == chart_id), None)

    def over(self, range: str) -> "Board":
        """The same, opening with that range."""
        if range not in RANGES:
            raise BoardError(f"There is no such range. The ranges are {', '.join(RANGES)}.")
        return replace(self, range=range)

    def plus(self, kind: str, source: str, chart: str, picked: Sequence[int] = ()) -> "Board":
        """The same with one more chart at its end."""
        if len(self.charts) >= MOST_CHARTS:
            raise BoardError(f"A dashboard holds at most {MOST_CHARTS} charts.")
        new = BoardChart(self.next_id, kind, source, chart, tuple(picked)[:MOST_PICKED])
        if any(replace(old, id=new.id) == new for old in self.charts):
            raise BoardError("This chart is on the dashboard already.")
        return replace(self, charts=(*self.charts, new), next_id=self.next_id + 1)

    def without(self, chart_id: int) -> "Board":
        """The same without that chart; nothing happens when it is gone already."""
        return replace(self, charts=tuple(c for c in self.charts if c.id != chart_id))

    def moved(self, chart_id: int, by: int) -> "Board":
        """The same with that chart `by` places later; at either end it stays where it is."""
        charts = list(self.charts)
        place = next((i for i, chart in enumerate(charts) if chart.id == chart_id), None)
        if place is None or not 0 <= place + by < len(charts):
            return self
        charts.insert(place + by, charts.pop(place))
        return replace(self, charts=tuple(charts))


def read_board(content: Mapping[str, Any]) -> Board:
    """The board that `as_content` wrote; what cannot be understood of it is left out."""
    charts = tuple(_read_chart(given) for given in content.get("charts", ()))
    kept = tuple(chart for chart in charts if chart is not None)
    highest = max((chart.id for chart in kept), default=0)
    range = content.get("range", DEFAULT)
    return Board(
        range if range in RANGES else DEFAULT, kept, max(content.get("next_id", 1), highest + 1)
    )


def as_content(board: Board) -> dict[str, Any]:
    """The board as JSON keeps it."""
    charts = [
        {"id": c.id, "kind": c.kind, "source": c.source, "chart": c.chart, "picked": list(c.picked)}
        for c in board.charts
    ]
    return {"range": board.range, "next_id": board.next_id, "charts": charts}


def first_board(host: str, charts: Sequence[str]) -> Board:
    """A board to begin with: those of the usual charts that the host has."""
    board = Board()
    for chart in FIRST_CHARTS:
        if chart in charts:
            board = board.plus("system", host, chart)
    return board


def _read_chart(given: Mapping[str, Any]) -> BoardChart | None:
    try:
        picked = tuple(int(one) for one in given.get("picked", ()))
        return BoardChart(int(given["id"]), given["kind"], given["source"], given["chart"], picked)
    except (KeyError, TypeError, ValueError):
        return None
