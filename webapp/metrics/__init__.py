"""MEASURE machines and applications. Nouns: SystemMetric, ApplicationMetric, series and samples."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: "Flask") -> None:
    """Add this feature's routes, and time every answer."""
    # Imported here, so that an agent can use the readers where there is no Flask.
    from webapp.metrics import (
        answers,
        api,
        csv_pages,
        dashboard_pages,
        incoming_api,
        service_pages,
        views,
    )
    from webapp.metrics import models as models
    from webapp.metrics.converters import SourceConverter

    app.url_map.converters["source"] = SourceConverter
    answers.init_app(app)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(service_pages.blueprint)
    app.register_blueprint(dashboard_pages.blueprint)
    app.register_blueprint(csv_pages.blueprint)
    app.register_blueprint(api.live_blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(incoming_api.blueprint)
