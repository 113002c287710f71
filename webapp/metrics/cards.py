"""From the newest values of machines to the cards people look at: pure, facts in, cards out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from webapp.core.clock import from_ms
from webapp.metrics.paths import page_of_host
from webapp.metrics.readings import Measure
from webapp.metrics.thresholds import MetricStatus, status_of, worst

CARDS = (
    *("cpu_percent", "ram_percent", "disk_percent", "load_1"),
    *("network_in", "network_out", "db_connections", "latency_ms"),
)
BESIDE_CARDS = ("load_5", "load_15", "db_max_connections", "uptime_s")
ANSWERED_ON_DEMAND = "latency_ms"  # nobody asking is no fault
CALM_MINUTES = 5
WHOLE = ("db_connections",)
FORGOTTEN_AFTER_MS = 3_600_000  # a disk or a source that has been gone so long has no card
STALE = "stale"

Points = Sequence[float | None]


@dataclass(frozen=True)
class Latest:
    """The newest value of a series of `host`."""

    series_id: int
    host: str
    name: str
    unit: str
    labels: Mapping[str, str]
    at_ms: int
    value: float


@dataclass(frozen=True)
class Card:
    """One value with the line of its last hour, as the macro `metric_card` draws it.

    `status` is healthy, warning, critical or stale, or None where nobody set a threshold.
    """

    label: str
    value: float | None
    unit: str
    status: str | None
    points: Points
    low: float | None
    high: float | None
    detail: str | None
    href: str


@dataclass(frozen=True)
class Machine:
    """A host with its cards; stale when nothing has come from it for a while."""

    host: str
    newest_at: datetime
    is_stale: bool
    uptime_s: float | None
    cards: list[Card]

    @property
    def status(self) -> str:
        """The worst of its cards, or stale."""
        if self.is_stale:
            return STALE
        known = [MetricStatus(c.status) for c in self.cards if c.status not in (None, STALE)]
        return worst(known).value

    @property
    def href(self) -> str:
        """Path of the machine's own page."""
        return page_of_host(self.host)


def draw_machines(
    latest: Iterable[Latest],
    points: Mapping[int, Points],
    measures: Mapping[str, Measure],
    now_ms: int,
    stale_after_ms: int,
) -> list[Machine]:
    """The machines of `latest`, by name, each with its cards in the order of `CARDS`."""
    by_host: dict[str, list[Latest]] = {}
    for value in latest:
        by_host.setdefault(value.host, []).append(value)
    return [
        _draw_machine(host, values, points, measures, now_ms - stale_after_ms)
        for host, values in sorted(by_host.items())
    ]


def _draw_machine(
    host: str,
    values: list[Latest],
    points: Mapping[int, Points],
    measures: Mapping[str, Measure],
    stale_before_ms: int,
) -> Machine:
    newest_ms = max(value.at_ms for value in values)
    shown = [v for v in values if v.name in CARDS and v.at_ms > newest_ms - FORGOTTEN_AFTER_MS]
    shown.sort(key=lambda v: (CARDS.index(v.name), sorted(v.labels.items())))
    beside = {value.name: value.value for value in values}
    cards = [
        _draw_card(value, measures[value.name], points.get(value.series_id, ()), beside, is_stale)
        for value in shown
        for is_stale in (value.at_ms < stale_before_ms,)
    ]
    is_silent = newest_ms < stale_before_ms
    return Machine(host, from_ms(newest_ms), is_silent, beside.get("uptime_s"), cards)


def _draw_card(
    latest: Latest, measure: Measure, points: Points, beside: Mapping[str, float], is_stale: bool
) -> Card:
    value = _shown_value(latest, points)
    maximum = beside.get("db_max_connections")
    status = None if value is None else status_of(latest.name, value, maximum)
    word: str | None = status.value if status else None
    if is_stale and latest.name != ANSWERED_ON_DEMAND:
        word = STALE
    return Card(
        label=series_label(measure, latest.labels),
        value=value,
        unit=latest.unit,
        status=word,
        points=points,
        low=None if measure.ceiling is None else 0,
        high=measure.ceiling,
        detail=_detail(latest.name, value, beside),
        href=f"{page_of_host(latest.host)}#{measure.chart}",
    )


def series_label(measure: Measure, labels: Mapping[str, str]) -> str:
    """What a series is called: its measure and what tells it from its like, as in `Disk /home`."""
    told = [value for name, value in sorted(labels.items()) if name != "host"]
    return " ".join([measure.label, *told])


def _shown_value(latest: Latest, points: Points) -> float | None:
    """The newest value; of the answer time the mean of some minutes, for one answer says little."""
    if latest.name == ANSWERED_ON_DEMAND:
        known = [point for point in points[-CALM_MINUTES:] if point is not None]
        return sum(known) / len(known) if known else None
    return int(latest.value) if latest.name in WHOLE else latest.value


def _detail(name: str, value: float | None, beside: Mapping[str, float]) -> str | None:
    if name == ANSWERED_ON_DEMAND:
        return "Nobody asked lately" if value is None else f"over {CALM_MINUTES} min"
    if name == "db_connections" and "db_max_connections" in beside:
        return f"of at most {beside['db_max_connections']:.0f}"
    if name == "load_1" and "load_5" in beside and "load_15" in beside:
        return f"{beside['load_5']:.1f} over 5 min, {beside['load_15']:.1f} over 15 min"
    return None
