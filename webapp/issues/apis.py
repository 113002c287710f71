"""The JSON routes of this feature."""

from flask import Flask

from webapp.issues import (
    grouping_api,
    occurrence_api,
    receiving_api,
    recurring_api,
    rule_api,
    work_api,
)

BLUEPRINTS = (
    occurrence_api.faults,
    occurrence_api.overloads,
    occurrence_api.operational_issues,
    receiving_api.occurrences,
    receiving_api.received,
    recurring_api.blueprint,
    work_api.blueprint,
    rule_api.blueprint,
    grouping_api.blueprint,
)


def init_app(app: Flask) -> None:
    """Add them."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
