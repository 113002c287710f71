"""Occurrences, and the recurring issues that they belong to."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.db import Model, big_id
from webapp.issues.columns import KIND as KIND
from webapp.issues.columns import SEVERITY as SEVERITY
from webapp.issues.columns import STATUS as STATUS
from webapp.issues.columns import of_issue
from webapp.issues.kinds import IssueKind, IssueStatus, Severity
from webapp.issues.work_models import GroupingRule as GroupingRule
from webapp.issues.work_models import IssueComment as IssueComment
from webapp.issues.work_models import IssueLink as IssueLink
from webapp.issues.work_models import IssueTransition as IssueTransition

LONGEST_NAME = 255


def _listed(first: str, *columns: str) -> Index:
    """An index in the order of a list; a list leaves out what was merged into another."""
    only = text("merged_into_id IS NULL")
    return Index(
        f"ix_recurring_issues_{first}", first, *columns, "id",
        sqlite_where=only, postgresql_where=only,
    )  # fmt: skip


class RecurringIssue(Model):
    """The same trouble, however often it comes: what people work off.

    `subject` is what it is about: the error code of faults, the component of overloads, the task
    of operational issues. `occurrences` counts all that ever came, also those that were sampled
    out, pruned or came while it was ignored. `message`, `host` and `service` are of the last one.
    `is_regressed` says that it came back after it was resolved; `is_ongoing` that one lasts now.
    An ignored one is ignored until `ignored_until_at`, until it has `ignored_until_count`
    occurrences, or, where `ignored_hourly` is set, until an hour has clearly more than that.
    `flap_score` (0 to 100) is how restlessly it came and went lately. `version` grows with every
    change that a page shows.
    """

    __tablename__ = "recurring_issues"
    __table_args__ = (
        _listed("status", "last_seen_at"),
        _listed("kind", "status", "last_seen_at"),
        _listed("severity", "status", "last_seen_at"),
        _listed("subject", "last_seen_at"),
        _listed("last_seen_at"),
        _listed("first_seen_at"),
        _listed("occurrences"),
        Index("ix_recurring_issues_assignee_id", "assignee_id", "status"),
        Index("ix_recurring_issues_updated_at", "updated_at"),
        Index(
            "ix_recurring_issues_merged_into_id", "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
        {"postgresql_with": {"fillfactor": 70}},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[IssueKind] = mapped_column(KIND)
    title: Mapped[str] = mapped_column(String(LONGEST_NAME))
    subject: Mapped[str] = mapped_column(String(LONGEST_NAME))
    message: Mapped[str] = mapped_column(Text)
    severity: Mapped[Severity] = mapped_column(SEVERITY)
    status: Mapped[IssueStatus] = mapped_column(STATUS, default=IssueStatus.OPEN)
    status_since_at: Mapped[datetime] = mapped_column(default=clock.now)
    is_regressed: Mapped[bool] = mapped_column(default=False)
    is_ongoing: Mapped[bool] = mapped_column(default=False)
    regressions: Mapped[int] = mapped_column(default=0)
    occurrences: Mapped[int] = mapped_column(BigInteger, default=0)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    host: Mapped[str | None] = mapped_column(String(255))
    service: Mapped[str | None] = mapped_column(String(100))
    flap_score: Mapped[float] = mapped_column(default=0)
    ignored_until_at: Mapped[datetime | None]
    ignored_until_count: Mapped[int | None] = mapped_column(BigInteger)
    ignored_hourly: Mapped[float | None]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("recurring_issues.id", ondelete="CASCADE")
    )
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class IssueFingerprint(Model):
    """What holds occurrences together: all of one fingerprint belong to one recurring issue.

    A recurring issue may have several: another `version` of how fingerprints are made, or what
    people merged into it. `made_of` says in words what went into the fingerprint. Counts are kept
    by fingerprint (`occurrences`, `IssueHour`, `AffectedName`), so that they go along exactly when
    a fingerprint is merged into another issue or split off. Whoever locks both does it in the
    order of the issues' ids.
    """

    __tablename__ = "issue_fingerprints"
    __table_args__ = (Index("uq_issue_fingerprints_key", "kind", "fingerprint", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[IssueKind] = mapped_column(KIND)
    version: Mapped[int] = mapped_column(SmallInteger)
    fingerprint: Mapped[str] = mapped_column(String(64))
    recurring_issue_id: Mapped[int] = mapped_column(
        ForeignKey("recurring_issues.id", ondelete="CASCADE"), index=True
    )
    made_of: Mapped[dict[str, Any]]
    occurrences: Mapped[int] = mapped_column(BigInteger, default=0)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


def _once(table: str) -> Index:
    """Most have no origin, and are left out."""
    there = text("origin IS NOT NULL")
    return Index(
        f"uq_{table}_origin", "origin", unique=True, sqlite_where=there, postgresql_where=there
    )


def _fingerprint_id() -> Any:
    return mapped_column(ForeignKey("issue_fingerprints.id", ondelete="CASCADE"), index=True)


class Fault(Model):
    """A structured error of a system: a stable code, what happened, and when.

    Faults that the judge raises last: `is_ongoing` until `ended_at`. `origin` names the fact that
    it was raised for, once ("downtime:12").
    """

    __tablename__ = "faults"
    __table_args__ = (
        Index("ix_faults_timestamp", "timestamp", "id"),
        Index("ix_faults_error_code_timestamp", "error_code", "timestamp"),
        Index("ix_faults_recurring_issue_id_timestamp", "recurring_issue_id", "timestamp", "id"),
        Index(
            "ix_faults_ongoing", "origin",
            sqlite_where=text("is_ongoing"), postgresql_where=text("is_ongoing"),
        ),
        _once("faults"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(big_id, primary_key=True)
    error_code: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text)
    timestamp: Mapped[datetime] = mapped_column(default=clock.now)
    severity: Mapped[Severity] = mapped_column(SEVERITY, default=Severity.ERROR)
    host: Mapped[str | None] = mapped_column(String(255))
    service: Mapped[str | None] = mapped_column(String(100))
    context: Mapped[dict[str, Any] | None]
    origin: Mapped[str | None] = mapped_column(String(150))
    is_ongoing: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None]
    recurring_issue_id: Mapped[int] = of_issue()
    fingerprint_id: Mapped[int] = _fingerprint_id()

    recurring_issue: Mapped[RecurringIssue] = relationship()


class Overload(Model):
    """More use than a component bears: what was breached, how far, from when until when.

    `value` is what breached at `timestamp`, in `unit`; `peak_value` the worst since, at `peak_at`.
    `cpu_percent` and `ram_percent` are the machine's at that moment, `processes` its top ten.
    """

    __tablename__ = "overloads"
    __table_args__ = (
        Index("ix_overloads_timestamp", "timestamp", "id"),
        Index("ix_overloads_component_name_timestamp", "component_name", "timestamp"),
        Index("ix_overloads_recurring_issue_id_timestamp", "recurring_issue_id", "timestamp", "id"),
        Index(
            "ix_overloads_ongoing", "rule_id", "series_id",
            sqlite_where=text("is_ongoing"), postgresql_where=text("is_ongoing"),
        ),
        _once("overloads"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(big_id, primary_key=True)
    component_name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    cpu_percent: Mapped[float | None]
    ram_percent: Mapped[float | None]
    value: Mapped[float | None]
    unit: Mapped[str] = mapped_column(String(20), default="")
    timestamp: Mapped[datetime] = mapped_column(default=clock.now)
    severity: Mapped[Severity] = mapped_column(SEVERITY, default=Severity.WARNING)
    peak_value: Mapped[float | None]
    peak_at: Mapped[datetime | None]
    is_ongoing: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None]
    host: Mapped[str | None] = mapped_column(String(255))
    service: Mapped[str | None] = mapped_column(String(100))
    rule_id: Mapped[int | None] = mapped_column(
        ForeignKey("threshold_rules.id", ondelete="SET NULL")
    )
    series_id: Mapped[int | None]
    processes: Mapped[dict[str, Any] | None]
    context: Mapped[dict[str, Any] | None]
    origin: Mapped[str | None] = mapped_column(String(150))
    recurring_issue_id: Mapped[int] = of_issue()
    fingerprint_id: Mapped[int] = _fingerprint_id()

    recurring_issue: Mapped[RecurringIssue] = relationship()


class OperationalIssue(Model):
    """Something went wrong in the course of operation: a task that failed, a service, bad data.

    `severity` is error, warning or info.
    """

    __tablename__ = "operational_issues"
    __table_args__ = (
        Index("ix_operational_issues_created_at", "created_at", "id"),
        Index("ix_operational_issues_task", "task", "created_at"),
        Index("ix_operational_issues_severity", "severity", "created_at"),
        Index(
            "ix_operational_issues_recurring_issue_id_created_at",
            "recurring_issue_id", "created_at", "id",
        ),
        _once("operational_issues"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(big_id, primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    task: Mapped[str] = mapped_column(String(LONGEST_NAME))
    error_message: Mapped[str] = mapped_column(Text)
    traceback: Mapped[str | None] = mapped_column(Text)
    context: Mapped[dict[str, Any] | None]
    severity: Mapped[Severity] = mapped_column(SEVERITY, default=Severity.ERROR)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    host: Mapped[str | None] = mapped_column(String(255))
    service: Mapped[str | None] = mapped_column(String(100))
    person: Mapped[str | None] = mapped_column(String(255))
    origin: Mapped[str | None] = mapped_column(String(150))
    recurring_issue_id: Mapped[int] = of_issue()
    fingerprint_id: Mapped[int] = _fingerprint_id()

    recurring_issue: Mapped[RecurringIssue] = relationship()


class ReceivedOccurrence(Model):
    """What was sent and is not digested yet, as it was sent: one or several occurrences.

    One that could not be digested stays, with the reason, until somebody tries it again.
    """

    __tablename__ = "received_occurrences"
    __table_args__ = (Index("ix_received_occurrences_refused_at", "refused_at"),)

    id: Mapped[int] = mapped_column(big_id, primary_key=True)
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    body: Mapped[bytes]
    refused_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)


class IssueHour(Model):
    """How often a recurring issue came in one hour (UTC), by fingerprint."""

    __tablename__ = "issue_hours"
    __table_args__ = (Index("ix_issue_hours_hour_at", "hour_at"),)

    recurring_issue_id: Mapped[int] = mapped_column(
        ForeignKey("recurring_issues.id", ondelete="CASCADE"), primary_key=True
    )
    hour_at: Mapped[datetime] = mapped_column(primary_key=True)
    fingerprint_id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]


class AffectedName(Model):
    """A host, a service or a person that a recurring issue touched; `what` is which of these.

    By fingerprint, so that one name may come several times.
    """

    __tablename__ = "affected_names"
    __table_args__ = (Index("ix_affected_names_what_name", "what", "name"),)

    recurring_issue_id: Mapped[int] = mapped_column(
        ForeignKey("recurring_issues.id", ondelete="CASCADE"), primary_key=True
    )
    what: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint_id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
