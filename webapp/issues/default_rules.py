"""The threshold rules that come with the product: pure.

The levels are those by which pages colour values (`metrics/thresholds.py`); for how long a value
has to be there, and when it is over, is added here. They are made once. From then on they are
rules like any other, which people change, pause and delete; a restored one is as it is here.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from webapp.issues.kinds import Direction
from webapp.metrics.readings import MetricKind
from webapp.metrics.thresholds import THRESHOLDS


@dataclass(frozen=True)
class DefaultRule:
    """The columns of a `ThresholdRule`, and the key it is found by again."""

    default_key: str
    name: str
    recovery: float
    for_s: int
    keep_open_s: int
    minimum_samples: int = 1
    kind: MetricKind = MetricKind.SYSTEM
    labels: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """All that a rule says; what it is named after has its levels in the table."""
        threshold = THRESHOLDS[self.default_key]
        return asdict(self) | {
            "labels": dict(self.labels),
            "metric_name": self.default_key,
            "source": None,
            "percent_of": threshold.percent_of,
            "direction": Direction.ABOVE,
            "warning": threshold.warning,
            "error": None,
            "critical": threshold.critical,
            "is_active": True,
        }


DEFAULT_RULES = (
    # Of the machine as a whole: one core of many that is busy is nobody's overload.
    DefaultRule("cpu_percent", "CPU", 65, for_s=300, keep_open_s=60, labels={"core": ""}),
    DefaultRule("ram_percent", "Memory", 65, for_s=300, keep_open_s=60),
    DefaultRule("disk_percent", "Disk space", 68, for_s=60, keep_open_s=60),
    DefaultRule(
        "latency_ms", "Answer time", 80, for_s=60, keep_open_s=60, minimum_samples=3,
        kind=MetricKind.APPLICATION,
    ),
    DefaultRule("db_connections", "Database connections", 75, for_s=60, keep_open_s=60),
)  # fmt: skip
BY_KEY = {rule.default_key: rule for rule in DEFAULT_RULES}
