"""Is the monitor itself well? Health, queues, workers, failed jobs."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Add this feature's routes."""
