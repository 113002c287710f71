"""One collection: ask every source, let none stop the others, note what the next one needs.

A collection leaves a notebook for the next, because each runs in a process of its own: when it
was, the counters it saw, and which sources fail, so that a failure is told once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from webapp.metrics.rates import Totals, settle
from webapp.metrics.readings import Reading, Total

Source = Callable[[], Iterable[Reading | Total]]
LONGEST_REASON = 200


@dataclass(frozen=True)
class Notebook:
    """What a collection leaves for the next; `taken_s` is on the machine's monotonic clock."""

    taken_s: float | None = None
    totals: Totals = field(default_factory=dict)
    failing: dict[str, str] = field(default_factory=dict)

    def dump(self) -> bytes:
        """The notebook as JSON."""
        return orjson.dumps(
            {"taken_s": self.taken_s, "totals": self.totals, "failing": self.failing}
        )


def open_notebook(text: bytes | None) -> Notebook:
    """The notebook in `text`; an empty one when there is none or it cannot be read."""
    try:
        found = orjson.loads(text or b"{}")
        totals = {key: (part, whole) for key, (part, whole) in found.get("totals", {}).items()}
        return Notebook(found.get("taken_s"), totals, found.get("failing", {}))
    except (ValueError, TypeError, AttributeError):
        return Notebook()


@dataclass(frozen=True)
class Collection:
    """What was read, the notebook for the next time, and which sources began or ceased to fail."""

    readings: list[Reading]
    notebook: Notebook
    newly_failing: dict[str, str]
    recovered: list[str]


def collect(sources: Mapping[str, Source], before: Notebook, taken_s: float) -> Collection:
    """Ask all `sources`; `taken_s` is now on the machine's monotonic clock."""
    found: list[Reading | Total] = []
    failing: dict[str, str] = {}
    for name, read in sources.items():
        try:
            found += list(read())
        except Exception as error:
            failing[name] = f"{type(error).__name__}: {error}"[:LONGEST_REASON]
    elapsed_s = None if before.taken_s is None else taken_s - before.taken_s
    readings, totals = settle(found, before.totals, elapsed_s)
    return Collection(
        readings,
        Notebook(taken_s, totals, failing),
        {name: why for name, why in failing.items() if name not in before.failing},
        [name for name in before.failing if name not in failing],
    )
