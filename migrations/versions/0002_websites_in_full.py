"""websites in full

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ENUMS = {
    "rollup_span": ("hour", "day"),
    "monitor_status": ("UP", "DOWN", "DEGRADED", "UNKNOWN"),
    "period_status": ("UP", "DOWN", "DEGRADED", "UNKNOWN", "PAUSED", "MAINTENANCE"),
    "check_kind": ("http", "tcp", "dns", "heartbeat"),
}
NEW = ("rollup_span", "period_status", "check_kind")


def _enum(name):
    own = postgresql.ENUM(*ENUMS[name], name=name, create_type=False)
    return sa.Enum(*ENUMS[name], name=name).with_variant(own, "postgresql")


ROLLUP_SPAN = _enum("rollup_span")
MONITOR_STATUS = _enum("monitor_status")
PERIOD_STATUS = _enum("period_status")
CHECK_KIND = _enum("check_kind")


def _each_enum(deed):
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        for name in NEW:
            getattr(postgresql.ENUM(*ENUMS[name], name=name), deed)(bind)


def upgrade():
    _each_enum("create")
    op.create_table(
        "impairments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_ongoing", sa.Boolean(), nullable=True),
        sa.Column("failing_count", sa.Integer(), nullable=False),
        sa.Column("checked_count", sa.Integer(), nullable=False),
        sa.Column("reference_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impairments")),
        sa.UniqueConstraint("is_ongoing", name=op.f("uq_impairments_is_ongoing")),
    )
    op.create_table(
        "rollup_marks",
        sa.Column("span", ROLLUP_SPAN, nullable=False),
        sa.Column("rolled_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("span", name=op.f("pk_rollup_marks")),
    )
    op.create_table(
        "check_rollups",
        sa.Column("website_id", sa.Integer(), nullable=False),
        sa.Column("span", ROLLUP_SPAN, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("up_count", sa.Integer(), nullable=False),
        sa.Column("down_count", sa.Integer(), nullable=False),
        sa.Column("degraded_count", sa.Integer(), nullable=False),
        sa.Column("unknown_count", sa.Integer(), nullable=False),
        sa.Column("total_sum_ms", sa.Double(), nullable=False),
        sa.Column("total_min_ms", sa.Double(), nullable=True),
        sa.Column("total_max_ms", sa.Double(), nullable=True),
        sa.Column("total_p50_ms", sa.Double(), nullable=True),
        sa.Column("total_sketch", sa.LargeBinary(), nullable=True),
        sa.Column("dns_sketch", sa.LargeBinary(), nullable=True),
        sa.Column("connect_sketch", sa.LargeBinary(), nullable=True),
        sa.Column("tls_sketch", sa.LargeBinary(), nullable=True),
        sa.Column("ttfb_sketch", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["website_id"],
            ["websites.id"],
            name=op.f("fk_check_rollups_website_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("website_id", "span", "started_at", name=op.f("pk_check_rollups")),
    )
    with op.batch_alter_table("check_rollups", schema=None) as batch_op:
        batch_op.create_index(
            "ix_check_rollups_span_started_at", ["span", "started_at"], unique=False
        )

    op.create_table(
        "downtime_windows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("website_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_seconds", sa.Double(), nullable=True),
        sa.Column("initial_status", MONITOR_STATUS, nullable=False),
        sa.Column("recovery_status", MONITOR_STATUS, nullable=True),
        sa.Column("affected_checks_count", sa.Integer(), nullable=False),
        sa.Column("root_cause", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["website_id"],
            ["websites.id"],
            name=op.f("fk_downtime_windows_website_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_downtime_windows")),
    )
    with op.batch_alter_table("downtime_windows", schema=None) as batch_op:
        batch_op.create_index("ix_downtime_windows_started_at", ["started_at"], unique=False)
        batch_op.create_index(
            "ix_downtime_windows_website_id_ended_at", ["website_id", "ended_at"], unique=False
        )
        batch_op.create_index(
            "ix_downtime_windows_website_id_started_at", ["website_id", "started_at"], unique=False
        )

    op.create_table(
        "maintenance_windows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("website_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["website_id"],
            ["websites.id"],
            name=op.f("fk_maintenance_windows_website_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_windows")),
    )
    with op.batch_alter_table("maintenance_windows", schema=None) as batch_op:
        batch_op.create_index("ix_maintenance_windows_ends_at", ["ends_at"], unique=False)

    op.create_table(
        "status_periods",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("website_id", sa.Integer(), nullable=False),
        sa.Column("status", PERIOD_STATUS, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["website_id"],
            ["websites.id"],
            name=op.f("fk_status_periods_website_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_periods")),
    )
    with op.batch_alter_table("status_periods", schema=None) as batch_op:
        batch_op.create_index(
            "ix_status_periods_website_id_ended_at", ["website_id", "ended_at"], unique=False
        )
        batch_op.create_index(
            "ix_status_periods_website_id_started_at", ["website_id", "started_at"], unique=False
        )
        batch_op.create_index(
            "uq_status_periods_open",
            ["website_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "website_tags",
        sa.Column("website_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=50), nullable=False),
        sa.ForeignKeyConstraint(
            ["website_id"],
            ["websites.id"],
            name=op.f("fk_website_tags_website_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("website_id", "tag", name=op.f("pk_website_tags")),
    )
    with op.batch_alter_table("website_tags", schema=None) as batch_op:
        batch_op.create_index("ix_website_tags_tag", ["tag", "website_id"], unique=False)

    with op.batch_alter_table("monitor_checks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(length=45), nullable=True))
        batch_op.add_column(sa.Column("http_version", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("size_bytes", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("details", JSON, nullable=True))

    with op.batch_alter_table("websites", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", CHECK_KIND, server_default="http", nullable=False))
        batch_op.add_column(sa.Column("group_name", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("options", JSON, server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("secrets", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("heartbeat_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(
            sa.Column("heartbeat_started_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("streak_status", MONITOR_STATUS, nullable=True))
        batch_op.add_column(
            sa.Column("streak_count", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("streak_since_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("is_in_maintenance", sa.Boolean(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("certificate", JSON, nullable=True))
        batch_op.add_column(
            sa.Column("certificate_expires_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.create_index(
            batch_op.f("ix_websites_certificate_expires_at"),
            ["certificate_expires_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_websites_group_name"), ["group_name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_websites_heartbeat_hash"), ["heartbeat_hash"], unique=True
        )

    _begin_periods()


def _begin_periods():
    """Each website that is there already has a period from when its status began."""
    status = "CASE WHEN is_active THEN CAST(status AS TEXT) ELSE 'PAUSED' END"
    if op.get_bind().dialect.name == "postgresql":
        status = f"CAST({status} AS period_status)"
    op.execute(
        "INSERT INTO status_periods (website_id, status, started_at)"
        f" SELECT id, {status}, status_since_at FROM websites"
    )


def downgrade():
    with op.batch_alter_table("websites", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_websites_heartbeat_hash"))
        batch_op.drop_index(batch_op.f("ix_websites_group_name"))
        batch_op.drop_index(batch_op.f("ix_websites_certificate_expires_at"))
        batch_op.drop_column("certificate_expires_at")
        batch_op.drop_column("certificate")
        batch_op.drop_column("is_in_maintenance")
        batch_op.drop_column("streak_since_at")
        batch_op.drop_column("streak_count")
        batch_op.drop_column("streak_status")
        batch_op.drop_column("heartbeat_started_at")
        batch_op.drop_column("heartbeat_hash")
        batch_op.drop_column("secrets")
        batch_op.drop_column("options")
        batch_op.drop_column("group_name")
        batch_op.drop_column("kind")

    with op.batch_alter_table("monitor_checks", schema=None) as batch_op:
        batch_op.drop_column("details")
        batch_op.drop_column("size_bytes")
        batch_op.drop_column("http_version")
        batch_op.drop_column("address")

    with op.batch_alter_table("website_tags", schema=None) as batch_op:
        batch_op.drop_index("ix_website_tags_tag")

    op.drop_table("website_tags")
    with op.batch_alter_table("status_periods", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_status_periods_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index("ix_status_periods_website_id_started_at")
        batch_op.drop_index("ix_status_periods_website_id_ended_at")

    op.drop_table("status_periods")
    with op.batch_alter_table("maintenance_windows", schema=None) as batch_op:
        batch_op.drop_index("ix_maintenance_windows_ends_at")

    op.drop_table("maintenance_windows")
    with op.batch_alter_table("downtime_windows", schema=None) as batch_op:
        batch_op.drop_index("ix_downtime_windows_website_id_started_at")
        batch_op.drop_index("ix_downtime_windows_website_id_ended_at")
        batch_op.drop_index("ix_downtime_windows_started_at")

    op.drop_table("downtime_windows")
    with op.batch_alter_table("check_rollups", schema=None) as batch_op:
        batch_op.drop_index("ix_check_rollups_span_started_at")

    op.drop_table("check_rollups")
    op.drop_table("rollup_marks")
    op.drop_table("impairments")
    _each_enum("drop")
