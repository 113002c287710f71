"""An overload in words: what is overloaded, and one sentence that says how far. Pure."""

from collections.abc import Mapping
from typing import Any

from webapp.issues.breaches import Rule
from webapp.issues.kinds import Direction, Severity
from webapp.metrics.gallery import Measures, readable

LONGEST = 255
UNITS = {"%": " %", "": "", "count": ""}
STEP = {1_000_000_000: "G", 1_000_000: "M", 1_000: "k"}


def component(name: str, labels: Mapping[str, Any], measures: Measures) -> str:
    """What is overloaded: the measure, and what tells it from others of the same."""
    measure = measures.get(name)
    told = [str(value) for key, value in sorted(labels.items()) if key != "host"]
    words = " ".join([measure.label if measure else readable(name), *told])
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def sentence(what: str, place: str | None, value: float, unit: str, reached: str) -> str:
    """How far it is: `CPU of web-1 is at 93.5 %: critical from 90 % on`."""
    of = f" of {place}" if place else ""
    return f"{what}{of} is at {amount(value, unit)}: {reached}"


def reached_words(rule: Rule, level: Severity, unit: str) -> str:
    """Which level was reached and where that begins."""
    at = getattr(rule, level.value, None)
    side = "on" if rule.direction is Direction.ABOVE else "down"
    return level.value if at is None else f"{level.value} from {amount(at, unit)} {side}"


def amount(value: float, unit: str) -> str:
    """A value with its unit, in at most four digits."""
    shown, prefix = value, ""
    if unit in ("bytes", "bytes/s"):
        size = next((size for size in STEP if abs(value) >= size), 1)
        shown, prefix = value / size, STEP.get(size, "")
        unit = f"B{unit.removeprefix('bytes')}"
    number = f"{shown:.4g}" if abs(shown) < 10_000 else f"{shown:,.0f}"
    return f"{number}{UNITS.get(unit, f' {prefix}{unit}')}"
