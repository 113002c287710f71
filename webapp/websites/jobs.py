"""RQ entry points of websites."""

from datetime import timedelta

from flask import current_app

from webapp.config import Settings
from webapp.core import clock, queue
from webapp.core.standing import Place
from webapp.websites.shift import Crowd, Shift, is_past

FINISH_S = 150  # the longest timeout a website may have, and some


def check_shift(number: int = 0) -> None:
    """Check websites as they fall due until the shift ends; it may be run many times at once.

    The next shift is sent when this one takes no more websites, before its last checks have
    finished. When jobs wait elsewhere and no worker takes them, it makes room: it ends early, and
    the next one is sent behind them.
    """
    settings: Settings = current_app.extensions["settings"]
    ends_at = clock.now() + timedelta(seconds=settings.check_shift_s)
    place, crowd, shift = Place(check_shift, number), Crowd(), Shift(settings)

    def is_over() -> bool:
        place.hold()
        if queue.is_stopping():
            place.leave()
        elif crowd.look() or is_past(ends_at):
            behind = queue.QUEUES[-1] if crowd.wants_room else "checks"
            place.pass_on(behind, settings.check_shift_s + FINISH_S)
        else:
            return False
        return True

    try:
        shift.drive(is_over)
    finally:
        shift.close()
