"""MEASURE websites from outside. Nouns: Website, MonitorCheck."""

from flask import Flask

from webapp.websites import models as models


def init_app(app: Flask) -> None:
    """Add this feature's routes."""
