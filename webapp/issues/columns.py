"""Columns that the tables of this feature share."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import mapped_column

from webapp.core.db import enum_type
from webapp.issues.kinds import IssueKind, IssueStatus, Severity

KIND = enum_type(IssueKind, "issue_kind")
SEVERITY = enum_type(Severity, "issue_severity")
STATUS = enum_type(IssueStatus, "issue_status")


def of_issue(**options: Any) -> Any:
    """The recurring issue that a row belongs to, and goes with."""
    return mapped_column(ForeignKey("recurring_issues.id", ondelete="CASCADE"), **options)
