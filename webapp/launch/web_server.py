"""Settings of gunicorn: `gunicorn --config python:webapp.launch.web_server`."""

import gc
import signal
from typing import Any

from webapp.config import load
from webapp.launch.lifeline import die_with_parent

GARBAGE = 20_000  # objects more, and it is collected: a chart of a hundred lines has as many
_settings = load()
_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host

wsgi_app = "wsgi:app"
bind = f"{_host}:{_settings.port}"
worker_class = "gthread"
workers = _settings.web_processes
threads = _settings.web_threads
# Several processes share the memory of what is loaded before the fork; for a single one the
# parent would only hold a second copy of what the child soon changes.
preload_app = workers > 1
# Longer than a page waits between two refreshes, so that a refresh opens no connection.
keepalive = int(_settings.refresh_s) + 10
graceful_timeout = 1
loglevel = "warning"
control_socket_disable = True
# Whom to believe about X-Forwarded headers is decided in one place, by TRUSTED_PROXIES.
forwarded_allow_ips = ""


def when_ready(server: Any) -> None:
    """Keep the collector off what is loaded: visiting it would copy its shared memory."""
    if preload_app:
        gc.collect()
        gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Make the new process end when the parent does, and let go of the parent's connections."""
    die_with_parent(signal.SIGKILL)
    if preload_app:
        from webapp.core.db import dispose_engines

        dispose_engines(server.app.wsgi())


def post_worker_init(worker: Any) -> None:
    """Keep the collector off what is loaded for good, and let a chart's points not wake it."""
    gc.set_threshold(GARBAGE)
    if not preload_app:
        gc.collect()
        gc.freeze()
