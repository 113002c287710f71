"""TELL: who must hear of which trouble, how, and what happens if nobody answers.

Nouns: Alert, Channel, Route, Silence, Notification.
"""

from flask import Flask

from webapp.alerts import api, views
from webapp.alerts import models as models


def init_app(app: Flask) -> None:
    """Add this feature's routes."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(api.blueprint)
