"""SUMMARISE: what is wrong now, and over time; the front page."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Add this feature's routes."""
