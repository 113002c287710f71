"""When a value is healthy, a warning or critical: the product's table, and how to read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class MetricStatus(str, Enum):
    """How well a value is."""

    HEALTHY = "healthy"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Threshold:
    """From which value on it is a warning, and from which it is critical.

    With `percent_of` both are percent of the value that has that name.
    """

    warning: float
    critical: float
    percent_of: str | None = None


THRESHOLDS: dict[str, Threshold] = {
    "cpu_percent": Threshold(70, 90),
    "ram_percent": Threshold(70, 85),
    "disk_percent": Threshold(70, 90),
    "latency_ms": Threshold(100, 500),
    "db_connections": Threshold(80, 95, percent_of="db_max_connections"),
}
SEVERITY = (MetricStatus.HEALTHY, MetricStatus.WARNING, MetricStatus.CRITICAL)


def get_metric_status(value: float, warning: float, critical: float) -> MetricStatus:
    """How well `value` is; a value equal to a threshold has reached it."""
    if value >= critical:
        return MetricStatus.CRITICAL
    return MetricStatus.WARNING if value >= warning else MetricStatus.HEALTHY


def status_of(name: str, value: float, maximum: float | None = None) -> MetricStatus | None:
    """How well the metric `name` is; None when the table has no threshold that can be applied."""
    threshold = THRESHOLDS.get(name)
    if threshold is None:
        return None
    if threshold.percent_of is not None:
        if not maximum or maximum < 0:
            return None
        value = 100 * value / maximum
    return get_metric_status(value, threshold.warning, threshold.critical)


def worst(statuses: Iterable[MetricStatus | None]) -> MetricStatus:
    """The worst of `statuses`; healthy when there is none."""
    return max((s for s in statuses if s), key=SEVERITY.index, default=MetricStatus.HEALTHY)
