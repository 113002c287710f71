"""SUMMARISE: what is wrong now, and over time; the front page."""

from flask import Flask

from webapp.reports import views


def init_app(app: Flask) -> None:
    """Add this feature's routes."""
    app.register_blueprint(views.blueprint)
