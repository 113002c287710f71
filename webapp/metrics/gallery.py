"""Which charts a host or a service has, and in which order: pure.

What the catalogue describes is drawn as it says, several measures in one chart. Everything else,
such as the metrics of an application, has a chart for each name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

from webapp.metrics.readings import Measure

OWN = "metric-"  # no chart of the catalogue begins like this
SECTIONS: dict[str, str] = {
    "cpu": "Processor",
    "memory": "Memory",
    "disk": "Disks",
    "network": "Network",
    "database": "Database",
    "cache": "Redis",
    "request": "Requests",
    "response_time": "Response times",
    "error_rate": "Errors",
    "user_count": "Users",
    "queue_size": "Queues",
    "task_count": "Tasks",
    "custom": "Metrics of its own",
}


class Drawn(Protocol):
    """How the catalogue draws a chart."""

    @property
    def title(self) -> str: ...
    @property
    def section(self) -> str: ...
    @property
    def stacked(self) -> bool: ...


Charts = Mapping[str, Drawn]
Measures = Mapping[str, Measure]


@dataclass(frozen=True)
class Named:
    """All series of one type, name and unit of a source: how many there are."""

    metric_type: str
    name: str
    unit: str
    count: int


@dataclass(frozen=True)
class Picture:
    """A chart: what it draws and how. `ceiling` is the top of the drawing where there is one."""

    id: str
    title: str
    section: str
    text: str
    unit: str
    ceiling: float | None
    stacked: bool
    count: int


@dataclass(frozen=True)
class Section:
    """Charts under one heading."""

    title: str
    pictures: list[Picture]

    @property
    def id(self) -> str:
        """What a link on the page goes to."""
        return "section-" + "-".join(self.title.lower().split())


def arrange(found: Iterable[Named], measures: Measures, charts: Charts) -> list[Section]:
    """The sections of a source with these series: in the order of the catalogue, own ones after."""
    pictures: dict[str, Picture] = {}
    described = list(measures)
    for named in sorted(found, key=lambda n: (_place(n.name, described), n.unit)):
        drawn = _picture(named, measures.get(named.name), charts)
        before = pictures.get(drawn.id)
        pictures[drawn.id] = _united(before, drawn) if before else drawn
    order = [*dict.fromkeys(chart.section for chart in charts.values()), *SECTIONS.values()]
    places = list(charts)
    ordered = sorted(
        pictures.values(), key=lambda p: (_place(p.section, order), _place(p.id, places))
    )
    return [Section(title, list(some)) for title, some in groupby(ordered, lambda p: p.section)]


def names_of(chart: str, measures: Measures) -> list[str]:
    """Names of the series that `chart` draws, in their order; none when there is no such chart."""
    if chart.startswith(OWN):
        return [chart.removeprefix(OWN)]
    return [measure.name for measure in measures.values() if measure.chart == chart]


def chart_of(name: str, measures: Measures, charts: Charts) -> str:
    """Id of the chart that draws the series of that name."""
    measure = measures.get(name)
    return measure.chart if measure and measure.chart in charts else OWN + name


def readable(name: str) -> str:
    """A metric's name for people: `jobs_done` becomes `Jobs done`."""
    words = name.replace("_", " ").strip() or name
    return words[:1].upper() + words[1:]


def label_of(name: str, labels: Mapping[str, str], measures: Measures) -> str:
    """What a line is called: its measure, or where the chart is of one name alone, its labels."""
    told = [(key, str(value)) for key, value in sorted(labels.items()) if key != "host"]
    measure = measures.get(name)
    if measure is not None:
        return " ".join([measure.label, *(value for _, value in told)])
    # A number alone says nothing: `core 3`.
    words = (f"{key} {value}" if value.isdigit() else value for key, value in told)
    return " ".join(words) or readable(name)


def natural(text: str) -> list[tuple[int, int, str]]:
    """A key that sorts `core 2` before `core 10`."""
    parts = ["".join(some) for _, some in groupby(text.lower(), key=_is_digit)]
    return [(0, int(part), "") if _is_digit(part[0]) else (1, 0, part) for part in parts]


def _is_digit(letter: str) -> bool:
    return letter.isascii() and letter.isdigit()


def _picture(named: Named, measure: Measure | None, charts: Charts) -> Picture:
    chart = charts.get(measure.chart) if measure else None
    if measure is None or chart is None:
        section = SECTIONS.get(named.metric_type, readable(named.metric_type))
        title = measure.label if measure else readable(named.name)
        return Picture(OWN + named.name, title, section, "", named.unit, None, False, named.count)
    return Picture(
        measure.chart,
        chart.title,
        chart.section,
        measure.description,
        measure.unit,
        measure.ceiling,
        chart.stacked,
        named.count,
    )


def _united(one: Picture, other: Picture) -> Picture:
    text = one.text if other.text in one.text else f"{one.text} {other.text}"
    return replace(one, text=text, count=one.count + other.count)


def _place(what: str, order: Sequence[str]) -> tuple[int, str]:
    return (order.index(what) if what in order else len(order), what)
