"""Where an alert stands, and which steps it may take from there. Pure."""

from enum import Enum


class AlertStatus(str, Enum):
    """How far people are with an alert."""

    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"

    @property
    def is_over(self) -> bool:
        """Whether nothing is to be done any more."""
        return self in (AlertStatus.RESOLVED, AlertStatus.DISMISSED)


class Illegal(ValueError):
    """A step that an alert cannot take from where it stands; says which and why."""


STEPS: dict[str, dict[AlertStatus, AlertStatus]] = {
    "acknowledge": {AlertStatus.ACTIVE: AlertStatus.ACKNOWLEDGED},
    "unacknowledge": {AlertStatus.ACKNOWLEDGED: AlertStatus.ACTIVE},
    "resolve": {
        AlertStatus.ACTIVE: AlertStatus.RESOLVED,
        AlertStatus.ACKNOWLEDGED: AlertStatus.RESOLVED,
    },
    "dismiss": {
        AlertStatus.ACTIVE: AlertStatus.DISMISSED,
        AlertStatus.ACKNOWLEDGED: AlertStatus.DISMISSED,
    },
}
DONE = {
    "acknowledge": "acknowledged",
    "unacknowledge": "made active again",
    "resolve": "resolved",
    "dismiss": "dismissed",
}


def after(verb: str, status: AlertStatus) -> AlertStatus:
    """The status after `verb`; raises `Illegal` with a sentence for people."""
    legal = STEPS[verb]
    if status in legal:
        return legal[status]
    from_where = " or ".join(sorted(each.value for each in legal))
    raise Illegal(
        f"This alert is {status.value}; only one that is {from_where} can be {DONE[verb]}."
    )
