"""What a check finds, and what a website is for a while. Pure."""

from enum import Enum


class MonitorStatus(str, Enum):
    """What a check found, and what a website is now."""

    UP = "UP"
    DOWN = "DOWN"
    DEGRADED = "DEGRADED"
    UNKNOWN = "UNKNOWN"


class PeriodStatus(str, Enum):
    """What a website was for a while: what checks said, or why they do not count."""

    UP = "UP"
    DOWN = "DOWN"
    DEGRADED = "DEGRADED"
    UNKNOWN = "UNKNOWN"
    PAUSED = "PAUSED"
    MAINTENANCE = "MAINTENANCE"


class RollupSpan(str, Enum):
    """The length of time that a rollup sums up."""

    HOUR = "hour"
    DAY = "day"
