"""the house

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ENUMS = {
    "token_scope": ("read", "write"),
    "metric_kind": ("system", "application"),
    "role": ("viewer", "operator", "administrator"),
    "user_status": ("waiting", "approved", "rejected"),
    "monitor_status": ("UP", "DOWN", "DEGRADED", "UNKNOWN"),
    "http_method": ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"),
}


def _enum(name):
    own = postgresql.ENUM(*ENUMS[name], name=name, create_type=False)
    return sa.Enum(*ENUMS[name], name=name).with_variant(own, "postgresql")


TOKEN_SCOPE = _enum("token_scope")
METRIC_KIND = _enum("metric_kind")
ROLE = _enum("role")
USER_STATUS = _enum("user_status")
MONITOR_STATUS = _enum("monitor_status")
HTTP_METHOD = _enum("http_method")


def _each_enum(deed):
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        for name, values in ENUMS.items():
            getattr(postgresql.ENUM(*values, name=name), deed)(bind)


def upgrade():
    _each_enum("create")
    op.create_table(
        "activity_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=50), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("user_email", sa.String(length=255), nullable=True),
        sa.Column("details", JSON, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_events")),
    )
    with op.batch_alter_table("activity_events", schema=None) as batch_op:
        batch_op.create_index("idx_activity_events_created_at", ["created_at", "id"], unique=False)
        batch_op.create_index(
            "idx_activity_events_type", ["type", "created_at", "id"], unique=False
        )

    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scope", TOKEN_SCOPE, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=8), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_table(
        "first_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_first_links_token_hash")),
    )
    op.create_table(
        "metric_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kind", METRIC_KIND, nullable=False),
        sa.Column("metric_type", sa.String(length=50), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("newest_ms", sa.BigInteger(), nullable=True),
        sa.Column("newest_value", sa.Double(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_series")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_metric_series_fingerprint")),
    )
    with op.batch_alter_table("metric_series", schema=None) as batch_op:
        batch_op.create_index(
            "ix_metric_series_kind", ["kind", "metric_type", "source"], unique=False
        )

    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("role", ROLE, nullable=False),
        sa.Column("status", USER_STATUS, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_users_status"), ["status"], unique=False)

    op.create_table(
        "websites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("check_interval", sa.Integer(), nullable=False),
        sa.Column("timeout", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("status", MONITOR_STATUS, nullable=False),
        sa.Column("status_since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("response_time_ms", sa.Double(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_websites")),
        sa.UniqueConstraint("url", name=op.f("uq_websites_url")),
    )
    with op.batch_alter_table("websites", schema=None) as batch_op:
        batch_op.create_index("ix_websites_due", ["is_active", "next_check_at"], unique=False)
        batch_op.create_index("ix_websites_is_active", ["is_active", "url"], unique=False)
        batch_op.create_index("ix_websites_status", ["status", "name"], unique=False)

    op.create_table(
        "metric_samples",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["metric_series.id"],
            name=op.f("fk_metric_samples_series_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("series_id", "at_ms", name=op.f("pk_metric_samples")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "monitor_checks",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("website_id", sa.Integer(), nullable=False),
        sa.Column("status", MONITOR_STATUS, nullable=False),
        sa.Column("http_status_code", sa.Integer(), nullable=True),
        sa.Column("http_method", HTTP_METHOD, nullable=False),
        sa.Column("response_time_ms", sa.Double(), nullable=True),
        sa.Column("dns_time_ms", sa.Double(), nullable=True),
        sa.Column("connect_time_ms", sa.Double(), nullable=True),
        sa.Column("tls_time_ms", sa.Double(), nullable=True),
        sa.Column("ttfb_ms", sa.Double(), nullable=True),
        sa.Column("late_ms", sa.Integer(), nullable=False),
        sa.Column("failure_reason", sa.String(length=32), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["website_id"],
            ["websites.id"],
            name=op.f("fk_monitor_checks_website_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitor_checks")),
    )
    with op.batch_alter_table("monitor_checks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_monitor_checks_status_checked_at", ["status", "checked_at"], unique=False
        )
        batch_op.create_index(
            "ix_monitor_checks_website_id_checked_at", ["website_id", "checked_at"], unique=False
        )

    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=255), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_sign_ins_key_hash")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index("ix_sign_ins_user_id", ["user_id"], unique=False)


def downgrade():
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_ins_user_id")
        batch_op.drop_index(batch_op.f("ix_sign_ins_expires_at"))

    op.drop_table("sign_ins")
    with op.batch_alter_table("monitor_checks", schema=None) as batch_op:
        batch_op.drop_index("ix_monitor_checks_website_id_checked_at")
        batch_op.drop_index("ix_monitor_checks_status_checked_at")

    op.drop_table("monitor_checks")
    op.drop_table("metric_samples")
    with op.batch_alter_table("websites", schema=None) as batch_op:
        batch_op.drop_index("ix_websites_status")
        batch_op.drop_index("ix_websites_is_active")
        batch_op.drop_index("ix_websites_due")

    op.drop_table("websites")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_users_status"))

    op.drop_table("users")
    with op.batch_alter_table("metric_series", schema=None) as batch_op:
        batch_op.drop_index("ix_metric_series_kind")

    op.drop_table("metric_series")
    op.drop_table("first_links")
    op.drop_table("api_tokens")
    with op.batch_alter_table("activity_events", schema=None) as batch_op:
        batch_op.drop_index("idx_activity_events_type")
        batch_op.drop_index("idx_activity_events_created_at")

    op.drop_table("activity_events")
    _each_enum("drop")
