"""Grouping rules as they come in from page and API and as they go out, and a text to try."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from webapp.core.jsonapi import Input, Output, Page, PageQuery
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
        """What is wrong with it as a whole, by field of the form."""
        found = problems_of(self.rule())
        return {"subject" if name == "matches" else name: text for name, text in found.items()}


def problems_of(rule: Rule) -> dict[str, str]:
    """What is wrong with a rule as a whole, by field."""
    known = {*FIELDS, EXCEPTION}
    found = {}
    if not any(pattern.strip("*") for pattern in rule.matches.values()):
        found["matches"] = "Say in at least one field what the rule is for."
    if unknown := [name for name in rule.matches if name not in known]:
        found["matches"] = f"There is no field {unknown[0]}; there are {', '.join(sorted(known))}."
    if unknown := [name for name in rule.names if name not in known]:
        found["fingerprint"] = f"There is no field {{{unknown[0]}}} to fill in."
    return found


class MoveForm(Input):
    """Where a rule goes in the order."""

    to: Literal["earlier", "later"]


class TrialForm(Input):
    """A message or a traceback, to see what it would be grouped by."""

    text: Annotated[str, Field(min_length=1, max_length=300_000)]


class GroupingRuleCreate(Input):
    """A new grouping rule; `matches` are patterns by field, in which * stands for anything."""

    kind: IssueKind
    matches: Annotated[dict[str, Pattern], Field(max_length=len(MATCHED))]
    fingerprint: Annotated[str, Field(min_length=1, max_length=255)]


class GroupingRuleRead(Output):
    """A grouping rule; the one with the lowest `position` is tried first."""

    id: int
    kind: IssueKind
    matches: dict[str, str]
    fingerprint: str
    position: int
    created_by: str | None
    created_at: datetime


class GroupingRuleListResponse(Page[GroupingRuleRead]):
    """One page of grouping rules in their order."""


class GroupingRuleQuery(PageQuery):
    """Which page."""


class TouchedRead(Output):
    """A recurring issue, how many of its occurrences were looked at, and how many would leave."""

    issue_id: int
    title: str
    looked_at: int
    moved: int


class GroupRead(Output):
    """An issue that would be: its fingerprint in words, and how many would be in it."""

    fingerprint: str
    occurrences: int


class PreviewRead(Output):
    """What a rule would move among the newest occurrences; the ten largest of each are listed."""

    looked_at: int
    moved: int
    touched: list[TouchedRead]
    groups: list[GroupRead]
    further_groups: int
