"""MEASURE machines and applications. Nouns: SystemMetric, ApplicationMetric, series and samples."""

from flask import Flask

from webapp.metrics import answers, api, views
from webapp.metrics import models as models


def init_app(app: Flask) -> None:
    """Add this feature's routes, and time every answer."""
    answers.init_app(app)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(api.live_blueprint)
    app.register_blueprint(api.blueprint)
