"""The application factory: a table of contents."""

from flask import Flask

from webapp import (
    accounts,
    activity,
    alerts,
    cli,
    config,
    issues,
    metrics,
    reports,
    retention,
    schedule,
    selfcheck,
    websites,
)
from webapp.core import db, htmx, keys, logs, openapi, queue, web


def create_app(settings: config.Settings | None = None) -> Flask:
    """The application for `settings`, read from the environment when there are none."""
    settings = keys.with_keys(settings or config.load())
    app = Flask("webapp")
    app.extensions["settings"] = settings
    logs.init_app(app, settings)
    db.init_app(app, settings)
    queue.init_app(app, settings, schedule.AFTER)
    htmx.init_app(app)
    web.init_app(app, settings)
    app.register_blueprint(openapi.blueprint)
    accounts.init_app(app, settings)
    activity.init_app(app)
    metrics.init_app(app)
    websites.init_app(app)
    issues.init_app(app)
    alerts.init_app(app)
    retention.init_app(app)
    selfcheck.init_app(app)
    reports.init_app(app)
    cli.init_app(app)
    return app
