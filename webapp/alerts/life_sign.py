"""Tell another system that we live: when it hears nothing, it raises the alarm that we cannot."""

from datetime import datetime, timedelta

import structlog

from webapp.alerts import queries
from webapp.core.outbound import fetch

TIMEOUT_S = 10
LATE = timedelta(minutes=15)
log = structlog.get_logger(__name__)


def show_life(url: str, now: datetime) -> bool:
    """Ask the address, unless messages have waited long: then we live and cannot tell anybody.

    Whether it answered. A database that does not is an error, and no sign is given either.
    """
    count, oldest_at = queries.undelivered(now)
    if oldest_at is not None and now - oldest_at > LATE:
        log.warning("no sign of life is given: messages wait", waiting=count)
        return False
    answer = fetch(url, timeout_s=TIMEOUT_S)
    if answer.status is None or answer.status >= 300:
        log.warning("nobody took the sign of life", why=answer.error or answer.status)
        return False
    return True
