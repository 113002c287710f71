"""Questions about dashboards: a person's own, and the charts that can be put on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, cast, func, or_, select

from webapp.core.db import db
from webapp.metrics import gallery
from webapp.metrics.boards import MOST_PICKED
from webapp.metrics.catalogue import CHARTS, DESCRIBED
from webapp.metrics.models import Dashboard, Host, MetricKind, MetricSeries
from webapp.metrics.series_queries import Source, sections_of

MOST_HOSTS = 5
MOST_WORDS = 8
MOST_LOOKED_AT = 2000
Name = tuple[MetricKind, str, str]  # kind, source and name of a metric


@dataclass(frozen=True)
class Offer:
    """A chart that can be put on a dashboard, with what it would be called.

    `picked` are the series that were searched for, where these are some of the chart's and not
    too many to draw.
    """

    kind: str
    source: str
    chart: str
    title: str
    metrics: str
    picked: tuple[int, ...] = ()


def dashboards_of(user_id: int) -> Sequence[Dashboard]:
    """A person's dashboards by name; one statement."""
    by_name = select(Dashboard).where(Dashboard.user_id == user_id)
    return db.session.scalars(by_name.order_by(func.lower(Dashboard.name), Dashboard.id)).all()


def dashboard_of(user_id: int, dashboard_id: int, *, locked: bool = False) -> Dashboard | None:
    """The person's dashboard of that id, None when there is none or it is somebody else's."""
    if dashboard_id > 2**31 - 1:
        return None
    wanted = select(Dashboard).where(Dashboard.id == dashboard_id, Dashboard.user_id == user_id)
    return db.session.scalar(wanted.with_for_update() if locked else wanted)


def count_of(user_id: int) -> int:
    """How many dashboards the person has."""
    return db.session.scalar(
        select(func.count()).select_from(Dashboard).where(Dashboard.user_id == user_id)
    ) or 0  # fmt: skip


def hosts_to_begin_with() -> Sequence[str]:
    """Names of the hosts that were heard of last."""
    newest = select(Host.name).order_by(Host.last_seen_at.desc(), Host.name).limit(MOST_HOSTS)
    return db.session.scalars(newest).all()


def charts_of_host(host: str) -> list[str]:
    """Ids of the charts that have anything to show for the host."""
    sections = sections_of(Source(MetricKind.SYSTEM, host))
    return [picture.id for section in sections for picture in section.pictures]


def offers(text: str, skip: int, limit: int) -> tuple[list[Offer], int]:
    """One page of the charts whose source, metrics or labels have all words of `text`.

    Metrics that share a chart on the same page are one offer; the number counts metrics.
    """
    wanted = [MetricSeries.newest_ms.is_not(None), *map(_says, text.split()[:MOST_WORDS])]
    grouped = (MetricSeries.kind, MetricSeries.source, MetricSeries.name)
    found = select(*grouped, func.count()).where(*wanted).group_by(*grouped)
    rows = db.session.execute(
        found.order_by(MetricSeries.source, MetricSeries.name, MetricSeries.kind)
        .offset(skip)
        .limit(limit)
    ).all()
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    names = [(kind, source, name) for kind, source, name, _count in rows]
    picked = _picked(names, wanted) if text.strip() else {}
    return _united(names, picked), total


def _united(names: Sequence[Name], picked: Mapping[Name, Sequence[int]]) -> list[Offer]:
    """One offer for each chart, of all the names that it draws."""
    found: dict[tuple[MetricKind, str, str], list[Name]] = {}
    for kind, source, name in names:
        chart = gallery.chart_of(name, DESCRIBED, CHARTS)
        found.setdefault((kind, source, chart), []).append((kind, source, name))
    return [
        Offer(
            kind.value,
            source,
            chart,
            title_of(chart),
            ", ".join(name for _, _, name in some),
            _few([series_id for one in some for series_id in picked.get(one, ())]),
        )
        for (kind, source, chart), some in found.items()
    ]


def _few(series_ids: Sequence[int]) -> tuple[int, ...]:
    return tuple(series_ids) if len(series_ids) <= MOST_PICKED else ()


def _picked(
    names: Sequence[Name], wanted: Sequence[ColumnElement[bool]]
) -> dict[Name, Sequence[int]]:
    """Of the names of which the search found some series only: which ones; two statements."""
    listed = [
        MetricSeries.source.in_({source for _, source, _ in names}),
        MetricSeries.name.in_({name for _, _, name in names}),
    ]
    columns = (MetricSeries.kind, MetricSeries.source, MetricSeries.name)
    of_name = select(*columns, func.count()).where(MetricSeries.newest_ms.is_not(None), *listed)
    counts = {tuple(row[:3]): row[3] for row in db.session.execute(of_name.group_by(*columns))}
    found: dict[Name, list[int]] = {}
    ids = select(*columns, MetricSeries.id).where(*wanted, *listed).order_by(MetricSeries.id)
    for kind, source, name, series_id in db.session.execute(ids.limit(MOST_LOOKED_AT)):
        found.setdefault((kind, source, name), []).append(series_id)
    return {name: some for name, some in found.items() if len(some) < counts.get(name, 0)}


def title_of(chart: str) -> str:
    """What people call the chart of that id."""
    if chart in CHARTS:
        return CHARTS[chart].title
    return gallery.readable(chart.removeprefix(gallery.OWN))


def _says(word: str) -> ColumnElement[bool]:
    titled = [
        name
        for name, measure in DESCRIBED.items()
        if word.lower() in f"{measure.label} {title_of(measure.chart)}".lower()
    ]
    return or_(
        MetricSeries.source.icontains(word, autoescape=True),
        MetricSeries.name.icontains(word, autoescape=True),
        cast(MetricSeries.details, Text).icontains(word, autoescape=True),
        MetricSeries.name.in_(titled),
    )
