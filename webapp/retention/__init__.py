"""FORGET: the one list of what is kept and for how long."""

from flask import Flask

from webapp.retention import views


def init_app(app: Flask) -> None:
    """Add this feature's routes."""
    app.register_blueprint(views.blueprint)
