"""Is the monitor itself well? Health, queues, workers, failed jobs."""

from flask import Flask

from webapp.selfcheck import api, views
from webapp.selfcheck import models as models


def init_app(app: Flask) -> None:
    """Add this feature's routes."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(api.blueprint)
