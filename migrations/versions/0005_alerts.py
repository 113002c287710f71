"""alerts

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ENUMS = {
    "channel_kind": ("apprise", "webhook"),
    "issue_severity": ("info", "warning", "error", "critical"),
    "alert_status": ("active", "acknowledged", "resolved", "dismissed"),
    "notification_news": ("firing", "worse", "repeated", "resolved"),
    "notification_delivery": ("pending", "sending", "sent", "merged", "given_up"),
}
NEW = (
    "channel_kind",
    "alert_status",
    "notification_news",
    "notification_delivery",
)


def _enum(name):
    own = postgresql.ENUM(*ENUMS[name], name=name, create_type=False)
    return sa.Enum(*ENUMS[name], name=name).with_variant(own, "postgresql")


CHANNEL_KIND = _enum("channel_kind")
ISSUE_SEVERITY = _enum("issue_severity")
ALERT_STATUS = _enum("alert_status")
NOTIFICATION_NEWS = _enum("notification_news")
NOTIFICATION_DELIVERY = _enum("notification_delivery")


def _each_enum(deed):
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        for name in NEW:
            getattr(postgresql.ENUM(*ENUMS[name], name=name), deed)(bind)


def upgrade():
    _each_enum("create")
    op.create_table(
        "channels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", CHANNEL_KIND, nullable=False),
        sa.Column("url", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.String(length=255), nullable=False),
        sa.Column("signing_key", sa.LargeBinary(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("fallback_id", sa.Integer(), nullable=True),
        sa.Column("title_template", sa.Text(), nullable=True),
        sa.Column("body_template", sa.Text(), nullable=True),
        sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["fallback_id"],
            ["channels.id"],
            name=op.f("fk_channels_fallback_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("name", name=op.f("uq_channels_name")),
    )
    op.create_table(
        "routes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("matchers", JSON, nullable=False),
        sa.Column("continues", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("group_by", JSON, nullable=False),
        sa.Column("wait_s", sa.Integer(), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("repeat_s", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["routes.id"], name=op.f("fk_routes_parent_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routes")),
    )
    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.create_index("ix_routes_parent_id", ["parent_id", "position"], unique=False)

    op.create_table(
        "silences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matchers", JSON, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    with op.batch_alter_table("silences", schema=None) as batch_op:
        batch_op.create_index("ix_silences_ends_at", ["ends_at"], unique=False)

    op.create_table(
        "route_channels",
        sa.Column("route_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channels.id"],
            name=op.f("fk_route_channels_channel_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["route_id"], ["routes.id"], name=op.f("fk_route_channels_route_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("route_id", "channel_id", name=op.f("pk_route_channels")),
    )
    with op.batch_alter_table("route_channels", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_route_channels_channel_id"), ["channel_id"], unique=False
        )

    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("severity", ISSUE_SEVERITY, nullable=False),
        sa.Column("status", ALERT_STATUS, nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.String(length=150), nullable=False),
        sa.Column("open_key", sa.String(length=150), nullable=True),
        sa.Column("status_since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=True),
        sa.Column("service", sa.String(length=100), nullable=True),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("recurring_issue_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recurring_issue_id"],
            ["recurring_issues.id"],
            name=op.f("fk_alerts_recurring_issue_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("open_key", name=op.f("uq_alerts_open_key")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_alerts_acknowledged_until_at",
            ["acknowledged_until_at"],
            unique=False,
            sqlite_where=sa.text("acknowledged_until_at IS NOT NULL"),
            postgresql_where=sa.text("acknowledged_until_at IS NOT NULL"),
        )
        batch_op.create_index("ix_alerts_created_at", ["created_at", "id"], unique=False)
        batch_op.create_index("ix_alerts_key", ["key", "created_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_alerts_recurring_issue_id"), ["recurring_issue_id"], unique=False
        )
        batch_op.create_index(
            "ix_alerts_severity", ["severity", "status", "created_at", "id"], unique=False
        )
        batch_op.create_index("ix_alerts_source", ["source", "created_at", "id"], unique=False)
        batch_op.create_index("ix_alerts_status", ["status", "created_at", "id"], unique=False)
        batch_op.create_index("ix_alerts_updated_at", ["updated_at"], unique=False)

    op.create_table(
        "alert_reasons",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_alert_reasons_alert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_reasons")),
    )
    with op.batch_alter_table("alert_reasons", schema=None) as batch_op:
        batch_op.create_index("ix_alert_reasons_alert_id", ["alert_id", "id"], unique=False)

    op.create_table(
        "alert_transitions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verb", sa.String(length=30), nullable=False),
        sa.Column("from_status", ALERT_STATUS, nullable=True),
        sa.Column("to_status", ALERT_STATUS, nullable=False),
        sa.Column("by", sa.String(length=255), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            ["alerts.id"],
            name=op.f("fk_alert_transitions_alert_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_transitions")),
    )
    with op.batch_alter_table("alert_transitions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_alert_transitions_alert_id", ["alert_id", "sequence"], unique=False
        )

    op.create_table(
        "notifications",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("route_id", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("news", NOTIFICATION_NEWS, nullable=False),
        sa.Column("group_key", sa.String(length=255), nullable=False),
        sa.Column("delivery", NOTIFICATION_DELIVERY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_notifications_alert_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channels.id"],
            name=op.f("fk_notifications_channel_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["route_id"], ["routes.id"], name=op.f("fk_notifications_route_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint(
            "alert_id", "channel_id", "sequence", "news", name="uq_notifications_step"
        ),
    )
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notifications_channel_id", ["channel_id", "delivery", "id"], unique=False
        )
        batch_op.create_index("ix_notifications_created_at", ["created_at", "id"], unique=False)
        batch_op.create_index(
            "ix_notifications_due",
            ["next_attempt_at"],
            unique=False,
            sqlite_where=sa.text("delivery IN ('pending', 'sending')"),
            postgresql_where=sa.text("delivery IN ('pending', 'sending')"),
        )


def downgrade():
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notifications_due",
            sqlite_where=sa.text("delivery IN ('pending', 'sending')"),
            postgresql_where=sa.text("delivery IN ('pending', 'sending')"),
        )
        batch_op.drop_index("ix_notifications_created_at")
        batch_op.drop_index("ix_notifications_channel_id")

    op.drop_table("notifications")
    with op.batch_alter_table("alert_transitions", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_transitions_alert_id")

    op.drop_table("alert_transitions")
    with op.batch_alter_table("alert_reasons", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_reasons_alert_id")

    op.drop_table("alert_reasons")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index("ix_alerts_updated_at")
        batch_op.drop_index("ix_alerts_status")
        batch_op.drop_index("ix_alerts_source")
        batch_op.drop_index("ix_alerts_severity")
        batch_op.drop_index(batch_op.f("ix_alerts_recurring_issue_id"))
        batch_op.drop_index("ix_alerts_key")
        batch_op.drop_index("ix_alerts_created_at")
        batch_op.drop_index(
            "ix_alerts_acknowledged_until_at",
            sqlite_where=sa.text("acknowledged_until_at IS NOT NULL"),
            postgresql_where=sa.text("acknowledged_until_at IS NOT NULL"),
        )

    op.drop_table("alerts")
    with op.batch_alter_table("route_channels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_route_channels_channel_id"))

    op.drop_table("route_channels")
    with op.batch_alter_table("silences", schema=None) as batch_op:
        batch_op.drop_index("ix_silences_ends_at")

    op.drop_table("silences")
    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.drop_index("ix_routes_parent_id")

    op.drop_table("routes")
    op.drop_table("channels")
    _each_enum("drop")
