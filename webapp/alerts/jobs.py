"""RQ entry points of alerts, and what the resident does beside its own job."""

from flask import Flask

from webapp.alerts import errands


def tell_alerts() -> int:
    """Raise what is open and send what is due: the sweep, should the resident's threads be gone."""
    return errands.raise_once() + errands.deliver_once()


def raise_beside(app: Flask) -> None:
    """Raise alerts until this process ends; for a thread of the resident."""
    errands.keep_raising(app)


def deliver_beside(app: Flask) -> None:
    """Send messages until this process ends; for a thread of the resident."""
    errands.keep_delivering(app)
