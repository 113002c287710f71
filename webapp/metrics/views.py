"""Pages of machines: all of them at a glance, and one with its charts."""

from flask import Blueprint, Response, abort, jsonify, request, url_for

from webapp.core import clock, htmx
from webapp.core.access import Role, needs
from webapp.metrics import queries
from webapp.metrics.catalogue import CHARTS, DESCRIBED
from webapp.metrics.spans import RANGES, Span

DEFAULT_RANGE = "1h"

blueprint = Blueprint("metrics", __name__, url_prefix="/machines")


@blueprint.get("/")
@needs(Role.VIEWER)
def index() -> Response:
    """All machines with their newest values."""
    now = clock.now()
    version = queries.metrics_version(now)
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    return htmx.render(
        "metrics/index.html",
        "machine_list",
        machines=queries.machine_cards(now),
        version=version,
        stale_after_s=queries.stale_after_s(),
    )


@blueprint.get("/<host>")
@needs(Role.VIEWER)
def show(host: str) -> Response:
    """One machine: its newest values, and its charts over the range asked for."""
    now = clock.now()
    chosen = _range()
    version = queries.metrics_version(now)
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    machines = queries.machine_cards(now, host)
    if not machines:
        abort(404, "There is no such machine, or it has been silent for a week.")
    with_values = queries.charts_of(host, now)
    return htmx.render(
        "metrics/show.html",
        "machine",
        machine=machines[0],
        machines=machines,
        version=version,
        stale_after_s=queries.stale_after_s(),
        charts=[_chart(host, name, chosen) for name in CHARTS if name in with_values],
        ranges=[(name, span.label) for name, span in RANGES.items()],
        chosen=chosen,
        url=url_for("metrics.show", host=host, range=chosen),
    )


@blueprint.get("/<host>/charts/<chart>")
@needs(Role.VIEWER)
def chart(host: str, chart: str) -> Response:
    """The lines of one chart as JSON, for the script that draws it."""
    if chart not in CHARTS:
        abort(404, "There is no such chart.")
    span = RANGES[_range()]
    lines = queries.chart_lines(host, chart, span, clock.now())
    answer = jsonify({"series": lines})
    # A longer range changes slowly and costs more to read: the browser asks again only when due.
    answer.headers["Cache-Control"] = f"private, max-age={_fresh_s(span)}"
    return answer


def _range() -> str:
    chosen = request.args.get("range", DEFAULT_RANGE)
    return chosen if chosen in RANGES else abort(404, "There is no such range.")


def _fresh_s(span: Span) -> int:
    return 0 if span.seconds <= 3600 else span.bucket_s // 4


def _chart(host: str, name: str, chosen: str) -> dict[str, str]:
    described = [m.description for m in DESCRIBED.values() if m.chart == name]
    return {
        "id": name,
        "title": CHARTS[name].title,
        "text": " ".join(dict.fromkeys(described)),
        "src": url_for("metrics.chart", host=host, chart=name, range=chosen),
    }
