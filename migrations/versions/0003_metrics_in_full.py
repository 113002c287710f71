"""metrics in full

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _series_id(table):
    return (
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["metric_series.id"],
            name=op.f(f"fk_{table}_series_id"),
            ondelete="CASCADE",
        ),
    )


def upgrade():
    with op.batch_alter_table("metric_series") as series:
        series.add_column(sa.Column("unsummed_from_ms", sa.BigInteger(), nullable=True))
        series.add_column(sa.Column("unfolded_from_ms", sa.BigInteger(), nullable=True))
        series.create_index("ix_metric_series_unsummed_from_ms", ["unsummed_from_ms"])
        series.create_index("ix_metric_series_unfolded_from_ms", ["unfolded_from_ms"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE metric_series SET (fillfactor = 50)")
    # What was measured before there were rollups is taken into them by the first runs.
    op.execute(
        "UPDATE metric_series SET unsummed_from_ms = "
        "(SELECT min(at_ms) FROM metric_samples WHERE series_id = metric_series.id)"
    )
    op.create_table(
        "metric_chunks",
        *_series_id("metric_chunks"),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("series_id", "started_ms", name=op.f("pk_metric_chunks")),
    )
    op.create_index("ix_metric_chunks_ended_ms", "metric_chunks", ["ended_ms"])
    op.create_table(
        "metric_rollups",
        *_series_id("metric_rollups"),
        sa.Column("tier", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("page_ms", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("sketches", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("series_id", "tier", "page_ms", name=op.f("pk_metric_rollups")),
    )
    op.create_index("ix_metric_rollups_tier_page_ms", "metric_rollups", ["tier", "page_ms"])
    if op.get_bind().dialect.name == "postgresql":
        # What is deflated already is not tried again.
        for table, column in (("chunks", "data"), ("rollups", "data"), ("rollups", "sketches")):
            op.execute(f"ALTER TABLE metric_{table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
    op.create_table(
        "hosts",
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("interval_s", sa.Double(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_silent", sa.Boolean(), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hosts")),
    )
    op.create_table(
        "process_lists",
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("processes", JSON, nullable=False),
        sa.PrimaryKeyConstraint("host", "at_ms", name=op.f("pk_process_lists")),
    )
    op.create_index("ix_process_lists_at_ms", "process_lists", ["at_ms"])
    op.create_table(
        "dashboards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_dashboards_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dashboards")),
    )
    op.create_index("ix_dashboards_user_id", "dashboards", ["user_id", "name"])
    op.create_table(
        "health_states",
        sa.Column("component", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_error_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("probe_ms", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("component", name=op.f("pk_health_states")),
    )


def downgrade():
    # Packed samples are lost on the way back: to unpack them here would tie this migration to the
    # format of the day. The rows of the last two hours stay.
    op.drop_table("health_states")
    for table in ("dashboards", "process_lists", "hosts", "metric_rollups", "metric_chunks"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE metric_series RESET (fillfactor)")
    with op.batch_alter_table("metric_series") as series:
        for name in ("unfolded_from_ms", "unsummed_from_ms"):
            series.drop_index(f"ix_metric_series_{name}")
            series.drop_column(name)
