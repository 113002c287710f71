"""The parts of the judge: what each reads, how often at the latest, and which bells wake it."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

IsOver = Callable[[], bool]
Run = Callable[[datetime, IsOver], int]

RECEIVED, METRICS = "received", "metrics"


@dataclass(frozen=True)
class Part:
    """One sort of facts: `run(now, is_over)` judges what is new, and says how much that was.

    It flushes and may commit; it ends early, at a point where it can go on later, once `is_over()`.
    A part that is `told_by_rows` runs only when its facts wait as rows, for which all such parts
    together cost one statement.
    """

    name: str
    run: Run
    every_s: float
    told_by_rows: bool = False


def parts() -> tuple[Part, ...]:
    """All of them, in the order in which they run."""
    found = [
        Part(RECEIVED, _of("receiving", "digest_received", True), 1.0, True),
        Part(METRICS, _of("judging_metrics", "judge_metrics", False), 1.0, True),
    ]
    return tuple(found)


def _of(module: str, verb: str, stops: bool) -> Run:
    name = f"webapp.issues.{module}"
    if importlib.util.find_spec(name) is None:
        return lambda _now, _is_over: 0
    found = getattr(importlib.import_module(name), verb)
    return found if stops else lambda now, _is_over: found(now)
