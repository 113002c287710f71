"""The page that says what is kept."""

from flask import Blueprint, Response, current_app

from webapp.core import htmx
from webapp.core.access import Role, needs
from webapp.retention.policies import policies

blueprint = Blueprint("retention", __name__, url_prefix="/retention")


@blueprint.get("/")
@needs(Role.VIEWER)
def index() -> Response:
    """What is kept and for how long, with the setting that changes it."""
    found = policies(current_app.extensions["settings"])
    return htmx.render("retention/index.html", "retention_policies", policies=found)
