"""Commands: `flask --app wsgi ...`; each feature brings its own group."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the command groups of the features."""
