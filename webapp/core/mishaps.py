"""Errors that nobody expected and that end nothing: told to whoever wants to know.

The log has them anyway. Code that goes on after such an error tells it here, and knows nothing of
what is made of it.
"""

from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask, current_app

TELLERS = "watchkeeper.tellers"
Teller = Callable[[Exception, str, dict[str, Any]], None]
log = structlog.get_logger(__name__)


def tell_to(app: Flask, teller: Teller) -> None:
    """Have `teller` called with each of these errors, what failed, and what is known of it."""
    app.extensions.setdefault(TELLERS, []).append(teller)


def tell(error: Exception, task: str, **context: Any) -> None:
    """Tell of an error of `task`, whose transaction is over; never raises."""
    for teller in current_app.extensions.get(TELLERS, ()):
        try:
            teller(error, task, context)
        except Exception:
            log.exception("an error is in the log alone", task=task)
