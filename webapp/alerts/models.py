"""Alerts, who is told of them by which way, and the outbox of what is told."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.alerts.standing import AlertStatus as AlertStatus
from webapp.core import clock
from webapp.core.db import Model, big_id, enum_type
from webapp.core.secrets import Sealed
from webapp.issues.kinds import Severity as Severity
from webapp.issues.models import SEVERITY

STATUS = enum_type(AlertStatus, "alert_status")
LONGEST_TITLE = 255


class ChannelKind(str, Enum):
    """How a channel reaches people: a service that Apprise knows, or our own signed webhook."""

    APPRISE = "apprise"
    WEBHOOK = "webhook"


class News(str, Enum):
    """What a notification tells of its alert."""

    FIRING = "firing"
    WORSE = "worse"
    REPEATED = "repeated"
    RESOLVED = "resolved"


class Delivery(str, Enum):
    """How far a notification is.

    `merged` means that a later message of the same alert and channel told it too; `given_up` that
    it could not be delivered in time.
    """

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    MERGED = "merged"
    GIVEN_UP = "given_up"


CHANNEL_KIND = enum_type(ChannelKind, "channel_kind")
NEWS = enum_type(News, "notification_news")
DELIVERY = enum_type(Delivery, "notification_delivery")


class Alert(Model):
    """Trouble that somebody must hear of; one for each trouble, while it lasts.

    `key` says which trouble; `open_key` repeats it while the alert is not over and is unique, so
    that the database allows only one. `sequence` counts its transitions and orders what is told.
    An acknowledged one is active again at `acknowledged_until_at`.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index("ix_alerts_status", "status", "created_at", "id"),
        Index("ix_alerts_severity", "severity", "status", "created_at", "id"),
        Index("ix_alerts_created_at", "created_at", "id"),
        Index("ix_alerts_source", "source", "created_at", "id"),
        Index("ix_alerts_key", "key", "created_at"),
        Index("ix_alerts_updated_at", "updated_at"),
        Index(
            "ix_alerts_acknowledged_until_at", "acknowledged_until_at",
            sqlite_where=text("acknowledged_until_at IS NOT NULL"),
            postgresql_where=text("acknowledged_until_at IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    description: Mapped[str] = mapped_column(Text)
    severity: Mapped[Severity] = mapped_column(SEVERITY)
    status: Mapped[AlertStatus] = mapped_column(STATUS, default=AlertStatus.ACTIVE)
    source: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    resolved_at: Mapped[datetime | None]
    key: Mapped[str] = mapped_column(String(150))
    open_key: Mapped[str | None] = mapped_column(String(150), unique=True)
    status_since_at: Mapped[datetime] = mapped_column(default=clock.now)
    acknowledged_until_at: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(default=1)
    host: Mapped[str | None] = mapped_column(String(255))
    service: Mapped[str | None] = mapped_column(String(100))
    tags: Mapped[dict[str, Any]]
    recurring_issue_id: Mapped[int | None] = mapped_column(
        ForeignKey("recurring_issues.id", ondelete="SET NULL"), index=True
    )


class AlertTransition(Model):
    """A step in the life of an alert: which verb, from which status to which, by whom."""

    __tablename__ = "alert_transitions"
    __table_args__ = (Index("ix_alert_transitions_alert_id", "alert_id", "sequence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    sequence: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    verb: Mapped[str] = mapped_column(String(30))
    from_status: Mapped[AlertStatus | None] = mapped_column(STATUS)
    to_status: Mapped[AlertStatus] = mapped_column(STATUS)
    by: Mapped[str | None] = mapped_column(String(255))
    note: Mapped[str | None] = mapped_column(Text)


class AlertReason(Model):
    """Why somebody was told of a step of an alert, or was not, in one plain sentence."""

    __tablename__ = "alert_reasons"
    __table_args__ = (Index("ix_alert_reasons_alert_id", "alert_id", "id"),)

    id: Mapped[int] = mapped_column(big_id, primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    sequence: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    is_told: Mapped[bool]
    sentence: Mapped[str] = mapped_column(Text)


class Channel(Model):
    """A way to reach people: an Apprise address or a webhook, encrypted and shown masked.

    What could not be delivered goes to `fallback_id`. `failing_since_at` is set while deliveries
    fail, with the last error.
    """

    __tablename__ = "channels"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[ChannelKind] = mapped_column(CHANNEL_KIND)
    url: Mapped[str] = mapped_column(Sealed, deferred=True)
    hint: Mapped[str] = mapped_column(String(255))
    signing_key: Mapped[str | None] = mapped_column(Sealed, deferred=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    fallback_id: Mapped[int | None] = mapped_column(ForeignKey("channels.id", ondelete="SET NULL"))
    title_template: Mapped[str | None] = mapped_column(Text)
    body_template: Mapped[str | None] = mapped_column(Text)
    last_sent_at: Mapped[datetime | None]
    failing_since_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class Route(Model):
    """Which alerts go to which channels: routes are tried in order, the first that fits decides.

    `matchers` is read by `routing`; one that `continues` lets the routes behind it decide too. A
    route below a parent is only tried for what fits the parent, and then instead of it. Alerts
    that are told within `wait_s` of each other become one message for each value of `group_by`;
    the next follows no sooner than `interval_s`, and one that goes on is told again after
    `repeat_s` (0: never).
    """

    __tablename__ = "routes"
    __table_args__ = (Index("ix_routes_parent_id", "parent_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("routes.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    matchers: Mapped[dict[str, Any]]
    continues: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    group_by: Mapped[dict[str, Any]]
    wait_s: Mapped[int] = mapped_column(default=0)
    interval_s: Mapped[int] = mapped_column(default=300)
    repeat_s: Mapped[int] = mapped_column(default=14_400)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    channels: Mapped[list["RouteChannel"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )


class RouteChannel(Model):
    """A channel that a route tells."""

    __tablename__ = "route_channels"

    route_id: Mapped[int] = mapped_column(
        ForeignKey("routes.id", ondelete="CASCADE"), primary_key=True
    )
    channel_id: Mapped[int] = mapped_column(
        ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Silence(Model):
    """A time in which nobody is told of the alerts that fit; they are raised all the same."""

    __tablename__ = "silences"
    __table_args__ = (Index("ix_silences_ends_at", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    matchers: Mapped[dict[str, Any]]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    comment: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Notification(Model):
    """The outbox: one thing to tell through one channel, written with the change it tells of.

    Unique for an alert's step and a channel, so that nothing is written twice. A sender holds it
    until `claimed_until`; `attempts` is counted before the wire is touched.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint(
            "alert_id", "channel_id", "sequence", "news", name="uq_notifications_step"
        ),
        Index(
            "ix_notifications_due", "next_attempt_at",
            sqlite_where=text("delivery IN ('pending', 'sending')"),
            postgresql_where=text("delivery IN ('pending', 'sending')"),
        ),
        Index("ix_notifications_channel_id", "channel_id", "delivery", "id"),
        Index("ix_notifications_created_at", "created_at", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(big_id, primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    route_id: Mapped[int | None] = mapped_column(ForeignKey("routes.id", ondelete="SET NULL"))
    sequence: Mapped[int]
    news: Mapped[News] = mapped_column(NEWS)
    group_key: Mapped[str] = mapped_column(String(255), default="")
    delivery: Mapped[Delivery] = mapped_column(DELIVERY, default=Delivery.PENDING)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    next_attempt_at: Mapped[datetime] = mapped_column(default=clock.now)
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str | None] = mapped_column(String(64))

    alert: Mapped[Alert] = relationship()
    channel: Mapped[Channel] = relationship()
