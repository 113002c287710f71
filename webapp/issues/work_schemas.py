"""What people do with recurring issues, as JSON: what a verb takes, and what became of it."""

from typing import Annotated, Any

from pydantic import AwareDatetime, Field, model_validator

from webapp.core.jsonapi import Input, Output
from webapp.issues.recurring_schemas import RecurringIssueRead, RowId


class Noted(Input):
    """A step, with what is to be remembered about it."""

    note: Annotated[str, Field(max_length=2000)] | None = None


class Ignored(Noted):
    """Until when: for good, until a moment, until `more` came, until it grows; the first counts."""

    until_at: AwareDatetime | None = None
    more: Annotated[int, Field(ge=1, le=10**9)] | None = None
    until_grows: bool = False


class Assigned(Input):
    """Who is to see to it; null for nobody."""

    user_id: RowId | None


class CommentCreate(Input):
    """What is to be written under an issue."""

    body: Annotated[str, Field(min_length=1, max_length=20_000)]


class LinkCreate(Input):
    """An address to add; without a title it is called by itself."""

    url: Annotated[str, Field(min_length=1, max_length=2048)]
    title: Annotated[str, Field(max_length=255)] | None = None


class Merged(Input):
    """The issues to put into this one."""

    issue_ids: Annotated[list[RowId], Field(min_length=1, max_length=500)]


class Split(Input):
    """What to make an issue of its own of: fingerprints, or what fits patterns by field."""

    fingerprint_ids: Annotated[list[RowId], Field(min_length=1, max_length=500)] | None = None
    matches: Annotated[dict[str, str], Field(min_length=1, max_length=12)] | None = None

    @model_validator(mode="after")
    def _be_one_of_them(self) -> "Split":
        if (self.fingerprint_ids is None) == (self.matches is None):
            raise ValueError("give either fingerprint_ids or matches")
        return self


class Bulk(Ignored):
    """One verb for many issues, with what the verb takes."""

    verb: Annotated[str, Field(max_length=30)]
    issue_ids: Annotated[list[RowId], Field(min_length=1, max_length=500)]
    user_id: RowId | None = None

    @model_validator(mode="after")
    def _say_whom(self) -> "Bulk":
        if self.verb == "assign" and "user_id" not in self.model_fields_set:
            raise ValueError("assign needs user_id, null for nobody")
        return self

    def options(self) -> dict[str, Any]:
        """What is given beside the verb and the issues."""
        return self.model_dump(
            include=self.model_fields_set - {"verb", "issue_ids"}, mode="python"
        )  # fmt: skip


class Undoing(Input):
    """What a step gave back to be undone by."""

    undo_id: RowId


class StepRead(Output):
    """What became of a step: the issue as it is now, and by what the step is undone."""

    undo_id: int
    issue: RecurringIssueRead


class SplitRead(StepRead):
    """What became of a split: also the issue that was made."""

    new_issue: RecurringIssueRead


class RefusedIssue(Output):
    """An issue to which it was not done, and why."""

    issue_id: int
    message: str


class ManyRead(Output):
    """What became of many: by what all of it is undone (null where nothing was done)."""

    undo_id: int | None
    issue_ids: list[int]
    refused: list[RefusedIssue]
