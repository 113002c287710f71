"""Pages of services: the applications that send metrics, and one with its charts."""

from flask import Blueprint, Response

from webapp.core import clock, htmx
from webapp.core.access import Role, needs
from webapp.core.problems import Problem
from webapp.metrics import series_queries, service_queries
from webapp.metrics.asked import PAGE_SIZE, ServiceListQuery, asked
from webapp.metrics.source_pages import chart_answer, charts_context, series_page

blueprint = Blueprint("services", __name__, url_prefix="/services")


@blueprint.get("/")
@needs(Role.VIEWER)
def index() -> Response:
    """All services, one row each."""
    now, query = clock.now(), asked(ServiceListQuery)
    version = service_queries.services_version(now)
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    skip = (query.page - 1) * PAGE_SIZE
    services, total = service_queries.services_at_a_glance(query.q, skip, PAGE_SIZE, now)
    return htmx.render(
        "metrics/services.html",
        "service_list",
        services=services,
        total=total,
        page_size=PAGE_SIZE,
        query=query,
        version=version,
    )


@blueprint.get("/<source:service>")
@needs(Role.VIEWER)
def show(service: str) -> Response:
    """One service: its charts over the range asked for."""
    context = charts_context(series_queries.service(service))
    if not context["sections"]:
        raise Problem(404, "There is no such service.")
    return htmx.render("metrics/service.html", "main", service=service, **context)


@blueprint.get("/<source:service>/charts/<source:chart>")
@needs(Role.VIEWER)
def chart(service: str, chart: str) -> Response:
    """The lines of one chart as JSON, for the script that draws it."""
    return chart_answer(series_queries.service(service), chart)


@blueprint.get("/<source:service>/series")
@needs(Role.VIEWER)
def series(service: str) -> Response:
    """All that a service sends, or one chart of it, large, with its table."""
    return series_page(series_queries.service(service), "metrics/series.html")
