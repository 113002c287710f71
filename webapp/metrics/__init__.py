"""MEASURE machines and applications. Nouns: SystemMetric, ApplicationMetric, series and samples."""

from flask import Flask

from webapp.metrics import models as models


def init_app(app: Flask) -> None:
    """Add this feature's routes."""
