"""TELL: who must hear of which trouble, how, and what happens if nobody answers.

Nouns: Alert, Channel, Route, Silence, Notification.
"""

from flask import Flask

from webapp.alerts import api, channel_views, setting_api, setting_views, views
from webapp.alerts import models as models


def init_app(app: Flask) -> None:
    """Add this feature's routes."""
    for each in (views, setting_views, channel_views, api, setting_api):
        app.register_blueprint(each.blueprint)
