"""MEASURE websites from outside. Nouns: Website, MonitorCheck."""

from flask import Flask

from webapp.websites import api, bulk_pages, models, views

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    """Add this feature's routes."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(bulk_pages.blueprint)
    app.register_blueprint(api.blueprint)
