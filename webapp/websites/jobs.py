"""RQ entry points of websites."""

from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy.exc import IntegrityError

from webapp.config import Settings
from webapp.core import clock, queue
from webapp.core.db import db
from webapp.websites import (
    impairments,
    maintenance,
    period_queries,
    references,
    rollups,
    trials,
    unobserved,
)
from webapp.websites.probe import Probe
from webapp.websites.shift import Crowd, Shift, is_past

FINISH_S = 150  # the longest timeout a website may have, and some
ROLL_UP_S = 40  # the next run goes on where this one ends
log = structlog.get_logger(__name__)


def check_shift(until_ms: int | None = None) -> None:
    """Check websites as they fall due until the shift ends; it may be run many times at once.

    When jobs wait elsewhere and no worker takes them, the shift makes room: it ends, and sends
    its remaining time behind them.
    """
    settings: Settings = current_app.extensions["settings"]
    ends_at = _ends_at(settings, until_ms)
    if until_ms is None:
        _share(settings, ends_at)
    crowd, shift = Crowd(), Shift(settings)
    try:
        shift.drive(lambda: is_past(ends_at) or queue.is_stopping() or crowd.look())
    finally:
        shift.close()
    if crowd.wants_room and not is_past(ends_at) and not queue.is_stopping():
        _continue_later(settings, ends_at)


def roll_up_checks() -> int:
    """Sum up the hours and days of checks that are finished; say how many rollups were stored."""
    began, stored = clock.now(), 0
    try:
        for count in rollups.roll_up(began):
            db.session.commit()
            stored += count
            if queue.is_stopping() or clock.now() - began > timedelta(seconds=ROLL_UP_S):
                break
    except IntegrityError:
        # A website was deleted between its checks being read and summed up.
        db.session.rollback()
        log.info("an hour of checks is summed up again in the next run")
    return stored


def mark_unobserved() -> int:
    """Call UNKNOWN what nobody looked at, let maintenance begin and end; say of how many websites.

    While the monitor may be impaired, see whether a reference target proves otherwise.
    """
    now = clock.now()
    written = maintenance.settle(now) + unobserved.mark_unobserved(now)
    impairments.review(now)
    is_in_doubt = period_queries.ongoing_impairment() is not None
    db.session.commit()
    if is_in_doubt:
        settings: Settings = current_app.extensions["settings"]
        has_answered = references.any_answers(settings.references)
        impairments.note_references(has_answered, clock.now())
        db.session.commit()
    return written


def _share(settings: Settings, ends_at: datetime) -> None:
    """Queue the shifts that other workers are to work beside this one."""
    until = clock.to_ms(ends_at)
    for number in range(1, settings.check_shifts):
        queue.enqueue(
            check_shift,
            until,
            queue="checks",
            job_id=f"check_shift-beside-{until}-{number}",
            timeout_s=settings.check_shift_s + FINISH_S,
        )
    db.session.commit()


def _ends_at(settings: Settings, until_ms: int | None) -> datetime:
    if until_ms is not None:
        return clock.from_ms(until_ms)
    return clock.now() + timedelta(seconds=settings.check_shift_s)


def _continue_later(settings: Settings, ends_at: datetime) -> None:
    """Queue the rest of this shift behind all that waits: on the queue that is served last."""
    until = clock.to_ms(ends_at)
    queue.enqueue(
        check_shift,
        until,
        queue=queue.QUEUES[-1],
        job_id=f"check_shift-rest-{until}-{clock.to_ms(clock.now())}",
        timeout_s=settings.check_shift_s + FINISH_S,
    )
    db.session.commit()


def try_draft(name: str) -> None:
    """Check what somebody typed and has not saved, and keep what was found for the page."""
    draft = trials.draft_of(name)
    if draft is None:
        return
    settings: Settings = current_app.extensions["settings"]
    probe = Probe(private_allowed=settings.check_private_addresses)
    try:
        probe.start(trials.target_of(draft, clock.now()))
        outcomes = probe.run(2 * trials.LONGEST_S)
        if outcomes:
            trials.keep(name, outcomes[0])
    finally:
        probe.close()
