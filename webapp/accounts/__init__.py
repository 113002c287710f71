"""Who may come in, and what they may do. Nouns: User, SignIn (a session), ApiToken, FirstLink."""

from flask import Flask

from webapp.accounts import administration, entrance, gate, throttle, views, visits
from webapp.accounts import models as models
from webapp.config import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Add sign-in, the gate and the pages of this feature."""
    visits.init_app(app, settings)
    app.before_request(gate.admit)
    for edge in (entrance, views, administration):
        app.register_blueprint(edge.blueprint)
    throttle.init_app(app, settings)
