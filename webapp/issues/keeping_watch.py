"""The judge's upkeep of rules: their default content, new series, what is lost, what calms down."""

from datetime import datetime

from webapp.core.db import db
from webapp.issues import overloads, rules, watching


def keep_watch(now: datetime) -> int:
    """Do what the passing of time asks for; how much that was. Commits step by step.

    A few cheap statements while there is nothing to do.
    """
    done = 0
    for step in (rules.make_defaults, watching.watch_new_series, watching.end_what_nothing_watches):
        done += step(now)
        db.session.commit()
    if restless := overloads.restless(now):
        overloads.refresh(restless, now)
        db.session.commit()
    return done
