"""Questions about dashboards: a person's own, and the charts that can be put on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, cast, func, or_, select

from webapp.core.db import db
from webapp.metrics import gallery
from webapp.metrics.catalogue import CHARTS, DESCRIBED
from webapp.metrics.models import Dashboard, Host, MetricKind, MetricSeries
from webapp.metrics.series_queries import Source, sections_of

MOST_HOSTS = 5
MOST_WORDS = 8


@dataclass(frozen=True)
class Offer:
    """A chart that can be put on a dashboard, with what it would be called."""

    kind: str
    source: str
    chart: str
    title: str
    metrics: str
    count: int


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
    united: dict[tuple[str, str, str], Offer] = {}
    for kind, source, name, count in rows:
        chart = gallery.chart_of(name, DESCRIBED, CHARTS)
        key = (kind.value, source, chart)
        before = united.get(key)
        metrics = f"{before.metrics}, {name}" if before else name
        count += before.count if before else 0
        united[key] = Offer(*key, title_of(chart), metrics, count)
    return list(united.values()), total


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
