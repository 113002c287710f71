"""RQ entry points of selfcheck."""

from webapp.core import clock, queue
from webapp.core.db import db
from webapp.core.workforce import workforce
from webapp.selfcheck import actions


def sweep_dead_workers() -> None:
    """Give up the jobs of workers that died, and write each such worker into the diary once."""
    redis = queue.connection()
    late = [w for w in workforce(redis).late(clock.now()) if not actions.is_reported(redis, w)]
    actions.give_up_silent_jobs()
    actions.tidy_registries()
    for worker in late:
        actions.report_worker(worker)
    db.session.commit()
    for worker in late:
        actions.mark_reported(redis, worker)
