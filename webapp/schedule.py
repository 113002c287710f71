"""The timetable: EVERY periodic job with its queue and period, and AFTER which job which follows.

A job here may be run twice, late or not at all without harm: it claims the rows it works on.
The judge is a sweep here. What follows a batch of facts within a moment is not: whoever commits
facts rings a bell (`core.nudges`) and the resident's thread judges, because a process forked for
each batch would cost more than the judging.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from webapp.alerts.jobs import give_sign_of_life, tell_alerts
from webapp.config import Settings
from webapp.core.standing import LOOKED_AFTER_EVERY_S
from webapp.core.timetable import Periodic
from webapp.issues.jobs import judge_facts
from webapp.metrics.upkeep_jobs import roll_up_metrics, seal_samples
from webapp.retention.jobs import forget_old_rows
from webapp.selfcheck.components import LOOKED_EVERY_S
from webapp.selfcheck.jobs import sweep_dead_workers, take_stock
from webapp.websites.jobs import FINISH_S, check_shift, mark_unobserved, roll_up_checks

AFTER: Mapping[Callable[..., Any], Sequence[Callable[..., Any]]] = {}


def every(settings: Settings) -> tuple[Periodic, ...]:
    """All periodic jobs, with the periods that `settings` gives them."""
    return (
        Periodic(
            check_shift,
            "checks",
            every_s=LOOKED_AFTER_EVERY_S,
            timeout_s=settings.check_shift_s + FINISH_S,
            places=settings.check_shifts,
        ),
        Periodic(mark_unobserved, "default", every_s=30),
        Periodic(roll_up_checks, "default", every_s=60),
        Periodic(judge_facts, "default", every_s=30),
        Periodic(tell_alerts, "default", every_s=30),
        Periodic(give_sign_of_life, "fast", every_s=60),
        Periodic(roll_up_metrics, "default", every_s=30),
        Periodic(seal_samples, "slow", every_s=300, timeout_s=300),
        Periodic(take_stock, "fast", every_s=LOOKED_EVERY_S),
        Periodic(sweep_dead_workers, "slow", every_s=20),
        Periodic(forget_old_rows, "slow", every_s=600, timeout_s=600),
    )
