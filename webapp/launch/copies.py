"""What starts as a copy of the launcher, which loads the application once for all of them.

A copy shares the memory of all that was loaded with the launcher and with the other copies, where a
program that is executed loads everything for itself. One that was killed is back at once.
"""

import gc
import importlib
import sys
from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import configure_mappers

from webapp import statsd, work

GUNICORN = ["gunicorn", "--config", "python:webapp.launch.web_server"]
NEEDED_LATER = ("gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "webapp.launch.web_server")


def load() -> dict[str, Callable[[], None]]:
    """Load the application; what each program that may be a copy of this process then runs."""
    # Gunicorn asks for the module by its name and gets the one that is loaded.
    app: Flask = importlib.import_module("wsgi").app
    for name in NEEDED_LATER:
        importlib.import_module(name)
    configure_mappers()
    # Visiting what is loaded for good would copy the memory that is shared.
    gc.collect()
    gc.freeze()
    return {
        "web": serve,
        "worker": lambda: work.run(app, with_scheduler=True),
        "statsd": lambda: statsd.main(app),
    }


def serve() -> None:
    """Be gunicorn."""
    sys.argv = GUNICORN
    importlib.import_module("gunicorn.app.wsgiapp").run()
