"""JSON: /api/monitoring/maintenance-windows/."""

from webapp.core import clock, web
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation
from webapp.core.problems import FieldError, invalid
from webapp.websites import downtime_schemas as schemas
from webapp.websites import maintenance, queries
from webapp.websites.models import MaintenanceWindow
from webapp.websites.period_queries import maintenance_page

blueprint = json_blueprint("maintenance", "/api/monitoring/maintenance-windows")


@blueprint.get("/")
@operation(
    "List maintenance, the latest first",
    role=Role.VIEWER,
    query=schemas.MaintenanceQuery,
    returns=schemas.MaintenanceWindowListResponse,
)
def list_maintenance(query: schemas.MaintenanceQuery) -> object:
    """One page of maintenance."""
    skip = (query.page - 1) * query.page_size
    return maintenance_page(query.website_id, skip, query.page_size)


@blueprint.post("/")
@operation(
    "Plan maintenance of a website, or of all",
    role=Role.OPERATOR,
    body=schemas.MaintenanceWindowCreate,
    returns=schemas.MaintenanceWindowRead,
    status=201,
)
def plan_maintenance(body: schemas.MaintenanceWindowCreate) -> object:
    """The new maintenance."""
    website = queries.get_by_id(body.website_id) if body.website_id is not None else None
    if body.website_id is not None and website is None:
        raise invalid(FieldError("website_id", "There is no such website."))
    return maintenance.plan(website, body.starts_at, body.ends_at, body.note, clock.now())


@blueprint.get("/<int:window_id>/")
@operation("Read maintenance", role=Role.VIEWER, returns=schemas.MaintenanceWindowRead)
def read_maintenance(window_id: int) -> object:
    """One maintenance."""
    return web.get_or_404(MaintenanceWindow, window_id)


@blueprint.delete("/<int:window_id>/")
@operation("End maintenance now, or call it off", role=Role.OPERATOR, status=204)
def end_maintenance(window_id: int) -> None:
    """What was already under maintenance stays so."""
    maintenance.end(web.get_or_404(MaintenanceWindow, window_id), clock.now())
