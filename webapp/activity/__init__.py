"""The diary: everybody writes it, it knows nobody. Noun: ActivityEvent."""

from flask import Flask

from webapp.activity import api, views
from webapp.activity import models as models


def init_app(app: Flask) -> None:
    """Add this feature's routes."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(api.blueprint)
