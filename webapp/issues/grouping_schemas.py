"""What the grouping lab is sent: a rule, and a text to try."""

from typing import Annotated, Literal

from pydantic import Field

from webapp.core.jsonapi import Input
from webapp.issues.grouping_rules import EXCEPTION, FIELDS, Rule
from webapp.issues.kinds import IssueKind

Pattern = Annotated[str, Field(max_length=255)]
MATCHED = ("subject", "name", "message", EXCEPTION, "host", "service", "severity")


class GroupingForm(Input):
    """A grouping rule; patterns that are left empty fit anything."""

    kind: IssueKind = IssueKind.OPERATIONAL
    subject: Pattern = ""
    name: Pattern = ""
    message: Pattern = ""
    exception: Pattern = ""
    host: Pattern = ""
    service: Pattern = ""
    severity: Pattern = ""
    fingerprint: Annotated[str, Field(min_length=1, max_length=255)]

    def rule(self) -> Rule:
        """The rule that it says."""
        given = {name: getattr(self, name) for name in MATCHED}
        matches = {name: pattern for name, pattern in given.items() if pattern}
        return Rule(self.kind, matches, self.fingerprint)

    def problems(self) -> dict[str, str]:
        """What is wrong with it as a whole, by field."""
        rule = self.rule()
        unknown = [name for name in rule.names if name not in FIELDS and name != EXCEPTION]
        found = {}
        if not any(pattern.strip("*") for pattern in rule.matches.values()):
            found["subject"] = "Say in at least one field what the rule is for."
        if unknown:
            found["fingerprint"] = f"There is no field {{{unknown[0]}}} to fill in."
        return found


class MoveForm(Input):
    """Where a rule goes in the order."""

    to: Literal["earlier", "later"]


class TrialForm(Input):
    """A message or a traceback, to see what it would be grouped by."""

    text: Annotated[str, Field(min_length=1, max_length=300_000)]
