"""RQ entry points of alerts, and what the resident does beside its own job."""

from flask import Flask, current_app

from webapp.alerts import errands, life_sign
from webapp.config import Settings
from webapp.core import clock


def tell_alerts() -> int:
    """Raise what is open and send what is due: the sweep, should the resident's threads be gone."""
    return errands.raise_once() + errands.deliver_once()


def raise_beside(app: Flask) -> None:
    """Raise alerts until this process ends; for a thread of the resident."""
    errands.keep_raising(app)


def deliver_beside(app: Flask) -> None:
    """Send messages until this process ends; for a thread of the resident."""
    errands.keep_delivering(app)


def give_sign_of_life() -> bool:
    """Tell the system at LIFE_SIGN_URL that we live."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.life_sign_url:
        return False
    return life_sign.show_life(settings.life_sign_url, clock.now())
