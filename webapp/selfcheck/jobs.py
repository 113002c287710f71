"""RQ entry points of selfcheck."""

from webapp.core import clock, queue
from webapp.core.db import db
from webapp.core.workforce import workforce
from webapp.selfcheck import actions, queries, stocktaking


def take_stock() -> None:
    """Look at every part of the monitor, our own web server included, and note how it is."""
    now = clock.now()
    facts = queries.monitor(now).facts
    found = stocktaking.look_at_web()
    if facts.database_ms is not None:
        found |= stocktaking.look_at_statsd(now)
    standings = stocktaking.take_stock(facts, now, found, with_numbers=True)
    db.session.commit()
    if facts.database_ms is not None:
        stocktaking.tell_faults(standings, now)
        db.session.commit()


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
