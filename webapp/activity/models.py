"""The diary's table."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.core.db import Model


class ActivityType(str, Enum):
    """What an entry is about."""

    USER_REGISTERED = "user_registered"
    USER_APPROVED = "user_approved"
    USER_REJECTED = "user_rejected"
    STREAM_STARTED = "stream_started"
    STREAM_STOPPED = "stream_stopped"
    STREAM_ERROR = "stream_error"
    TRACK_ADDED = "track_added"
    TRACK_REMOVED = "track_removed"
    SYSTEM_WARNING = "system_warning"
    SYSTEM_ERROR = "system_error"
    USER_CHANGED = "user_changed"
    TOKEN_CREATED = "token_created"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    WEBSITE_ADDED = "website_added"
    WEBSITE_CHANGED = "website_changed"
    WEBSITE_PAUSED = "website_paused"
    WEBSITE_RESUMED = "website_resumed"
    WEBSITE_REMOVED = "website_removed"
    WEBSITE_DOWN = "website_down"
    WEBSITE_UP = "website_up"
    WEBSITE_MAINTENANCE = "website_maintenance"
    JOB_RETRIED = "job_retried"
    JOB_DELETED = "job_deleted"
    HOST_SILENT = "host_silent"
    HOST_BACK = "host_back"
    HOST_STARTED_AGAIN = "host_started_again"
    SOURCE_RECOVERED = "source_recovered"
    ALERT_RAISED = "alert_raised"
    ALERT_ACKNOWLEDGED = "alert_acknowledged"
    ALERT_ACTIVE_AGAIN = "alert_active_again"
    ALERT_RESOLVED = "alert_resolved"
    ALERT_DISMISSED = "alert_dismissed"
    ALERT_DELETED = "alert_deleted"
    CHANNEL_CHANGED = "channel_changed"
    ROUTE_CHANGED = "route_changed"
    SILENCE_CHANGED = "silence_changed"
    SYSTEM_RECOVERED = "system_recovered"
    RULE_CREATED = "rule_created"
    RULE_CHANGED = "rule_changed"
    RULE_DELETED = "rule_deleted"
    GROUPING_CHANGED = "grouping_changed"
    ISSUE_OPENED = "issue_opened"
    ISSUE_REGRESSED = "issue_regressed"
    ISSUE_ACKNOWLEDGED = "issue_acknowledged"
    ISSUE_RESOLVED = "issue_resolved"
    ISSUE_RECOVERED = "issue_recovered"
    ISSUE_REOPENED = "issue_reopened"
    ISSUE_IGNORED = "issue_ignored"
    ISSUE_ASSIGNED = "issue_assigned"
    ISSUE_MERGED = "issue_merged"
    ISSUE_SPLIT = "issue_split"
    ISSUE_STEP_UNDONE = "issue_step_undone"

    @property
    def label(self) -> str:
        """The type in words, for people."""
        return self.value.replace("_", " ").capitalize()


LOOKS = {
    ActivityType.USER_APPROVED: "approved",
    ActivityType.USER_REJECTED: "rejected",
    ActivityType.STREAM_ERROR: "error",
    ActivityType.SYSTEM_WARNING: "warning",
    ActivityType.SYSTEM_ERROR: "error",
    ActivityType.ALERT_RAISED: "error",
    ActivityType.ALERT_RESOLVED: "up",
    ActivityType.SYSTEM_RECOVERED: "up",
    ActivityType.HOST_SILENT: "warning",
    ActivityType.HOST_BACK: "up",
    ActivityType.WEBSITE_DOWN: "down",
    ActivityType.WEBSITE_UP: "up",
    ActivityType.WEBSITE_PAUSED: "paused",
    ActivityType.WEBSITE_MAINTENANCE: "maintenance",
    ActivityType.ISSUE_OPENED: "warning",
    ActivityType.ISSUE_REGRESSED: "warning",
    ActivityType.ISSUE_RESOLVED: "approved",
    ActivityType.ISSUE_RECOVERED: "up",
    ActivityType.ISSUE_IGNORED: "paused",
}


class ActivityEvent(Model):
    """Something that happened, as one sentence of 1 to 500 characters."""

    __tablename__ = "activity_events"
    __table_args__ = (
        Index("idx_activity_events_created_at", "created_at", "id"),
        Index("idx_activity_events_type", "type", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(50))
    message: Mapped[str] = mapped_column(Text)
    user_email: Mapped[str | None] = mapped_column(String(255))
    details: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def look(self) -> str:
        """The status whose colour and shape the entry is shown with."""
        return LOOKS.get(ActivityType(self.type), "info")
