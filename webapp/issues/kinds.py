"""The closed lists of this feature."""

from enum import Enum


class IssueKind(str, Enum):
    """What sort of trouble an occurrence is."""

    FAULT = "fault"
    OVERLOAD = "overload"
    OPERATIONAL = "operational"


class Severity(str, Enum):
    """How bad, from least to worst."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the least, 3 for the worst."""
        return list(Severity).index(self)


class IssueStatus(str, Enum):
    """How far people are with a recurring issue."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    IGNORED = "ignored"


class Direction(str, Enum):
    """On which side of its levels a value is a breach."""

    ABOVE = "above"
    BELOW = "below"
