"""RQ entry points that keep the history of metrics small and quick to read."""

import time
from collections.abc import Iterator
from datetime import timedelta

from flask import current_app

from webapp.config import Settings
from webapp.core import clock, queue
from webapp.core.db import db
from webapp.metrics import rolling, sealing

ROLL_UP_S = 40  # the next run goes on where this one ends
SEAL_S = 200
LONGEST_PAUSE_S = 0.1


def roll_up_metrics() -> int:
    """Bring minutes, hours and days up to date; say how many series had something new."""
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()
    horizon = now - timedelta(days=settings.metrics_days)
    return _step_by_step(rolling.roll_up(clock.to_ms(now), clock.to_ms(horizon)), ROLL_UP_S)


def seal_samples() -> int:
    """Move samples older than an hour into packed chunks; say how many."""
    return _step_by_step(sealing.seal(clock.to_ms(clock.now())), SEAL_S)


def _step_by_step(steps: Iterator[int], longest_s: float) -> int:
    """Commit each step, and leave the write lock free for as long as the step took."""
    total, ends_s, began_s = 0, time.monotonic() + longest_s, time.monotonic()
    for count in steps:
        db.session.commit()
        total += count
        if queue.is_stopping() or time.monotonic() > ends_s:
            break
        time.sleep(min(time.monotonic() - began_s, LONGEST_PAUSE_S))
        began_s = time.monotonic()
    db.session.rollback()
    return total
