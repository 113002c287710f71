"""MEASURE websites from outside. Nouns: Website, MonitorCheck, StatusPeriod, DowntimeWindow."""

from flask import Flask

from webapp.websites import (
    api,
    bulk_pages,
    downtime_api,
    downtime_pages,
    form_pages,
    maintenance_api,
    maintenance_pages,
    models,
    pings,
    shortcut,
    statistics_api,
    transfer_api,
    transfer_pages,
    trial_api,
    views,
)

__all__ = ["form_pages", "init_app", "models"]


def init_app(app: Flask) -> None:
    """Add this feature's routes."""
    app.wsgi_app = shortcut.Shortcut(app)  # type: ignore[assignment,method-assign]
    app.register_blueprint(views.blueprint)
    app.register_blueprint(bulk_pages.blueprint)
    app.register_blueprint(pings.blueprint)
    app.register_blueprint(transfer_pages.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(downtime_api.blueprint)
    app.register_blueprint(statistics_api.blueprint)
    app.register_blueprint(transfer_api.blueprint)
    app.register_blueprint(trial_api.blueprint)
    app.register_blueprint(downtime_pages.blueprint)
    app.register_blueprint(maintenance_api.blueprint)
    app.register_blueprint(maintenance_pages.blueprint)
