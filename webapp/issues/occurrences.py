"""An occurrence on its way in, whatever it was sent or found by.

One shape for all three kinds, so that one fingerprint and one verb serve every source.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from webapp.issues.kinds import IssueKind, Severity

SENT = "sent:"  # begins the origin that a sender named, so that none can name a fact of the judge


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Trouble that came once.

    `subject` is the error code of a fault, the component of an overload or the task of an
    operational issue; `name` what an operational issue is called (of the others the same as
    `subject`); `message` the description or the error message. `fingerprint` is what the sender
    or a rule set, empty for the default; a part "{{ default }}" stands for that. `origin` names
    the fact it was raised for. `measured` has the further fields of an `Overload`: value, unit,
    cpu_percent, ram_percent, processes, rule_id, series_id. `is_ongoing` says that it lasts.
    """

    kind: IssueKind
    subject: str
    name: str
    message: str
    severity: Severity
    at: datetime
    host: str | None = None
    service: str | None = None
    person: str | None = None
    traceback: str | None = None
    context: Mapping[str, Any] | None = None
    fingerprint: tuple[str, ...] = ()
    origin: str | None = None
    is_ongoing: bool = False
    measured: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_looked_for(self) -> bool:
        """Whether the judge may look for its row later on."""
        return self.is_ongoing or not (self.origin or SENT).startswith(SENT)
