"""TELL: who must hear of which trouble, how, and what happens if nobody answers.

Nouns: Alert, Channel, Route, Silence, Notification.
"""

from flask import Flask, g

from webapp.alerts import api, channel_views, queries, setting_api, setting_views, views
from webapp.alerts import models as models


def init_app(app: Flask) -> None:
    """Add this feature's routes, and to every page the number of alerts nobody sees to."""
    for each in (views, setting_views, channel_views, api, setting_api):
        app.register_blueprint(each.blueprint)
    app.context_processor(lambda: {"active_alerts": active_alerts})


def active_alerts() -> int:
    """How many alerts are active; asked for once a page."""
    if "active_alerts" not in g:
        g.active_alerts = sum(queries.open_counts().values())
    found: int = g.active_alerts
    return found
