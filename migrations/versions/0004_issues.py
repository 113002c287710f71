"""issues

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ENUMS = {
    "issue_kind": ("fault", "overload", "operational"),
    "metric_kind": ("system", "application"),
    "rule_direction": ("above", "below"),
    "issue_severity": ("info", "warning", "error", "critical"),
    "issue_status": ("open", "acknowledged", "resolved", "ignored"),
}
NEW = (
    "issue_kind",
    "rule_direction",
    "issue_severity",
    "issue_status",
)


def _enum(name):
    own = postgresql.ENUM(*ENUMS[name], name=name, create_type=False)
    return sa.Enum(*ENUMS[name], name=name).with_variant(own, "postgresql")


ISSUE_KIND = _enum("issue_kind")
METRIC_KIND = _enum("metric_kind")
RULE_DIRECTION = _enum("rule_direction")
ISSUE_SEVERITY = _enum("issue_severity")
ISSUE_STATUS = _enum("issue_status")

SEARCHED = {
    "recurring_issues": ("title", "subject", "message"),
    "operational_issues": ("name", "error_message"),
}


def _each_enum(deed):
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        for name in NEW:
            getattr(postgresql.ENUM(*ENUMS[name], name=name), deed)(bind)


def _each_index(deed):
    """Full-text indexes: FTS5 beside the table on SQLite, an expression in GIN on PostgreSQL."""
    own = {
        ("create", "sqlite"): _create_fts,
        ("drop", "sqlite"): _drop_fts,
        ("create", "postgresql"): _create_gin,
        ("drop", "postgresql"): _drop_gin,
    }
    for table, columns in SEARCHED.items():
        own[deed, op.get_bind().dialect.name](table, columns)


def _create_fts(table, columns):
    names = ", ".join(columns)
    new = ", ".join(f"new.{name}" for name in columns)
    old = ", ".join(f"old.{name}" for name in columns)
    add = f"INSERT INTO {table}_search (rowid, {names}) VALUES (new.id, {new});"
    take = (
        f"INSERT INTO {table}_search ({table}_search, rowid, {names})"
        f" VALUES ('delete', old.id, {old});"
    )
    op.execute(
        f"CREATE VIRTUAL TABLE {table}_search USING fts5({names}, content='{table}',"
        " content_rowid='id')"
    )
    op.execute(f"CREATE TRIGGER {table}_ai AFTER INSERT ON {table} BEGIN {add} END")
    op.execute(f"CREATE TRIGGER {table}_ad AFTER DELETE ON {table} BEGIN {take} END")
    op.execute(
        f"CREATE TRIGGER {table}_au AFTER UPDATE OF {names} ON {table} BEGIN {take} {add} END"
    )


def _drop_fts(table, columns):
    for suffix in ("ai", "ad", "au"):
        op.execute(f"DROP TRIGGER {table}_{suffix}")
    op.execute(f"DROP TABLE {table}_search")


def _create_gin(table, columns):
    words = " || ' ' || ".join(columns)
    # Words as people see them: punctuation parts them, as it does on SQLite.
    plain = f"regexp_replace({words}, '[^[:alnum:]]+', ' ', 'g')"
    op.execute(
        f"CREATE INDEX ix_{table}_search ON {table} USING gin (to_tsvector('simple', {plain}))"
    )


def _drop_gin(table, columns):
    op.execute(f"DROP INDEX ix_{table}_search")


def _tidy_up_early():
    """A growing chunk leaves a former version each hour: what is left lying is to stay little."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE metric_chunks SET (autovacuum_vacuum_scale_factor = 0.05,"
            " toast.autovacuum_vacuum_scale_factor = 0.05)"
        )


def upgrade():
    _each_enum("create")
    op.create_table(
        "counted_origins",
        sa.Column("key", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("recurring_issue_id", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_counted_origins")),
    )
    with op.batch_alter_table("counted_origins", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_counted_origins_counted_at"), ["counted_at"], unique=False
        )

    op.create_table(
        "grouping_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", ISSUE_KIND, nullable=False),
        sa.Column("matches", JSON, nullable=False),
        sa.Column("fingerprint", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grouping_rules")),
    )
    op.create_table(
        "judge_marks",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("details", JSON, nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_judge_marks")),
    )
    op.create_table(
        "metric_news",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_news")),
    )
    op.create_table(
        "received_occurrences",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_occurrences")),
    )
    with op.batch_alter_table("received_occurrences", schema=None) as batch_op:
        batch_op.create_index("ix_received_occurrences_refused_at", ["refused_at"], unique=False)

    op.create_table(
        "threshold_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", METRIC_KIND, nullable=False),
        sa.Column("metric_name", sa.String(length=100), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=True),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("percent_of", sa.String(length=100), nullable=True),
        sa.Column("direction", RULE_DIRECTION, nullable=False),
        sa.Column("warning", sa.Double(), nullable=True),
        sa.Column("error", sa.Double(), nullable=True),
        sa.Column("critical", sa.Double(), nullable=True),
        sa.Column("recovery", sa.Double(), nullable=True),
        sa.Column("for_s", sa.Integer(), nullable=False),
        sa.Column("minimum_samples", sa.Integer(), nullable=False),
        sa.Column("keep_open_s", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("default_key", sa.String(length=50), nullable=True),
        sa.Column("created_by", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold_rules")),
        sa.UniqueConstraint("default_key", name=op.f("uq_threshold_rules_default_key")),
        sa.UniqueConstraint("name", name=op.f("uq_threshold_rules_name")),
    )
    with op.batch_alter_table("threshold_rules", schema=None) as batch_op:
        batch_op.create_index(
            "ix_threshold_rules_metric_name", ["kind", "metric_name"], unique=False
        )

    op.create_table(
        "recurring_issues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", ISSUE_KIND, nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("severity", ISSUE_SEVERITY, nullable=False),
        sa.Column("status", ISSUE_STATUS, nullable=False),
        sa.Column("status_since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_regressed", sa.Boolean(), nullable=False),
        sa.Column("is_ongoing", sa.Boolean(), nullable=False),
        sa.Column("regressions", sa.Integer(), nullable=False),
        sa.Column("occurrences", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=True),
        sa.Column("service", sa.String(length=100), nullable=True),
        sa.Column("flap_score", sa.Double(), nullable=False),
        sa.Column("ignored_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ignored_until_count", sa.BigInteger(), nullable=True),
        sa.Column("ignored_hourly", sa.Double(), nullable=True),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"],
            ["users.id"],
            name=op.f("fk_recurring_issues_assignee_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["recurring_issues.id"],
            name=op.f("fk_recurring_issues_merged_into_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurring_issues")),
        postgresql_with={"fillfactor": 70},
    )
    with op.batch_alter_table("recurring_issues", schema=None) as batch_op:
        batch_op.create_index(
            "ix_recurring_issues_assignee_id", ["assignee_id", "status"], unique=False
        )
        batch_op.create_index(
            "ix_recurring_issues_first_seen_at",
            ["first_seen_at", "id"],
            unique=False,
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.create_index(
            "ix_recurring_issues_kind",
            ["kind", "status", "last_seen_at", "id"],
            unique=False,
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.create_index(
            "ix_recurring_issues_last_seen_at",
            ["last_seen_at", "id"],
            unique=False,
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.create_index(
            "ix_recurring_issues_merged_into_id",
            ["merged_into_id"],
            unique=False,
            sqlite_where=sa.text("merged_into_id IS NOT NULL"),
            postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_recurring_issues_occurrences",
            ["occurrences", "id"],
            unique=False,
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.create_index(
            "ix_recurring_issues_severity",
            ["severity", "status", "last_seen_at", "id"],
            unique=False,
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.create_index(
            "ix_recurring_issues_status",
            ["status", "last_seen_at", "id"],
            unique=False,
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.create_index(
            "ix_recurring_issues_subject",
            ["subject", "last_seen_at", "id"],
            unique=False,
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.create_index("ix_recurring_issues_updated_at", ["updated_at"], unique=False)

    op.create_table(
        "rule_watches",
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("level", ISSUE_SEVERITY, nullable=True),
        sa.Column("level_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("breached_level", ISSUE_SEVERITY, nullable=True),
        sa.Column("breached_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("breaching_count", sa.Integer(), nullable=False),
        sa.Column("first_value", sa.Double(), nullable=True),
        sa.Column("peak_value", sa.Double(), nullable=True),
        sa.Column("peak_ms", sa.BigInteger(), nullable=True),
        sa.Column("recovered_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("lowered_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("newest_ms", sa.BigInteger(), nullable=True),
        sa.Column("overload_id", sa.BigInteger(), nullable=True),
        sa.Column("flips", JSON, nullable=True),
        sa.Column("is_without_data", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["threshold_rules.id"],
            name=op.f("fk_rule_watches_rule_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["metric_series.id"],
            name=op.f("fk_rule_watches_series_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("rule_id", "series_id", name=op.f("pk_rule_watches")),
        postgresql_with={"fillfactor": 50},
    )
    with op.batch_alter_table("rule_watches", schema=None) as batch_op:
        batch_op.create_index("ix_rule_watches_series_id", ["series_id"], unique=False)

    op.create_table(
        "affected_names",
        sa.Column("recurring_issue_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("fingerprint_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recurring_issue_id"],
            ["recurring_issues.id"],
            name=op.f("fk_affected_names_recurring_issue_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "recurring_issue_id", "what", "name", "fingerprint_id", name=op.f("pk_affected_names")
        ),
    )
    with op.batch_alter_table("affected_names", schema=None) as batch_op:
        batch_op.create_index("ix_affected_names_what_name", ["what", "name"], unique=False)

    op.create_table(
        "issue_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recurring_issue_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recurring_issue_id"],
            ["recurring_issues.id"],
            name=op.f("fk_issue_comments_recurring_issue_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_comments")),
    )
    with op.batch_alter_table("issue_comments", schema=None) as batch_op:
        batch_op.create_index(
            "ix_issue_comments_recurring_issue_id",
            ["recurring_issue_id", "created_at"],
            unique=False,
        )

    op.create_table(
        "issue_fingerprints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", ISSUE_KIND, nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("recurring_issue_id", sa.Integer(), nullable=False),
        sa.Column("made_of", JSON, nullable=False),
        sa.Column("occurrences", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recurring_issue_id"],
            ["recurring_issues.id"],
            name=op.f("fk_issue_fingerprints_recurring_issue_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_fingerprints")),
    )
    with op.batch_alter_table("issue_fingerprints", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_issue_fingerprints_recurring_issue_id"),
            ["recurring_issue_id"],
            unique=False,
        )
        batch_op.create_index("uq_issue_fingerprints_key", ["kind", "fingerprint"], unique=True)

    op.create_table(
        "issue_hours",
        sa.Column("recurring_issue_id", sa.Integer(), nullable=False),
        sa.Column("hour_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recurring_issue_id"],
            ["recurring_issues.id"],
            name=op.f("fk_issue_hours_recurring_issue_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "recurring_issue_id", "hour_at", "fingerprint_id", name=op.f("pk_issue_hours")
        ),
    )
    with op.batch_alter_table("issue_hours", schema=None) as batch_op:
        batch_op.create_index("ix_issue_hours_hour_at", ["hour_at"], unique=False)

    op.create_table(
        "issue_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recurring_issue_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recurring_issue_id"],
            ["recurring_issues.id"],
            name=op.f("fk_issue_links_recurring_issue_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_links")),
    )
    with op.batch_alter_table("issue_links", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_issue_links_recurring_issue_id"), ["recurring_issue_id"], unique=False
        )

    op.create_table(
        "issue_transitions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recurring_issue_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verb", sa.String(length=30), nullable=False),
        sa.Column("from_status", ISSUE_STATUS, nullable=True),
        sa.Column("to_status", ISSUE_STATUS, nullable=False),
        sa.Column("by", sa.String(length=255), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("details", JSON, nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recurring_issue_id"],
            ["recurring_issues.id"],
            name=op.f("fk_issue_transitions_recurring_issue_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_transitions")),
    )
    with op.batch_alter_table("issue_transitions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_issue_transitions_recurring_issue_id", ["recurring_issue_id", "at"], unique=False
        )

    op.create_table(
        "faults",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("error_code", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("severity", ISSUE_SEVERITY, nullable=False),
        sa.Column("host", sa.String(length=255), nullable=True),
        sa.Column("service", sa.String(length=100), nullable=True),
        sa.Column("context", JSON, nullable=True),
        sa.Column("origin", sa.String(length=150), nullable=True),
        sa.Column("is_ongoing", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recurring_issue_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fingerprint_id"],
            ["issue_fingerprints.id"],
            name=op.f("fk_faults_fingerprint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recurring_issue_id"],
            ["recurring_issues.id"],
            name=op.f("fk_faults_recurring_issue_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faults")),
    )
    with op.batch_alter_table("faults", schema=None) as batch_op:
        batch_op.create_index(
            "ix_faults_error_code_timestamp", ["error_code", "timestamp"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_faults_fingerprint_id"), ["fingerprint_id"], unique=False
        )
        batch_op.create_index(
            "ix_faults_ongoing",
            ["origin"],
            unique=False,
            sqlite_where=sa.text("is_ongoing"),
            postgresql_where=sa.text("is_ongoing"),
        )
        batch_op.create_index(
            "ix_faults_recurring_issue_id_timestamp",
            ["recurring_issue_id", "timestamp", "id"],
            unique=False,
        )
        batch_op.create_index("ix_faults_timestamp", ["timestamp", "id"], unique=False)
        batch_op.create_index(
            "uq_faults_origin",
            ["origin"],
            unique=True,
            sqlite_where=sa.text("origin IS NOT NULL"),
            postgresql_where=sa.text("origin IS NOT NULL"),
        )

    op.create_table(
        "operational_issues",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("task", sa.String(length=255), nullable=False),
        sa.Column("error_message", sa.Text(), nullable=False),
        sa.Column("traceback", sa.Text(), nullable=True),
        sa.Column("context", JSON, nullable=True),
        sa.Column("severity", ISSUE_SEVERITY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=True),
        sa.Column("service", sa.String(length=100), nullable=True),
        sa.Column("person", sa.String(length=255), nullable=True),
        sa.Column("origin", sa.String(length=150), nullable=True),
        sa.Column("recurring_issue_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fingerprint_id"],
            ["issue_fingerprints.id"],
            name=op.f("fk_operational_issues_fingerprint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recurring_issue_id"],
            ["recurring_issues.id"],
            name=op.f("fk_operational_issues_recurring_issue_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operational_issues")),
    )
    with op.batch_alter_table("operational_issues", schema=None) as batch_op:
        batch_op.create_index(
            "ix_operational_issues_created_at", ["created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_operational_issues_fingerprint_id"), ["fingerprint_id"], unique=False
        )
        batch_op.create_index(
            "ix_operational_issues_recurring_issue_id_created_at",
            ["recurring_issue_id", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_operational_issues_severity", ["severity", "created_at"], unique=False
        )
        batch_op.create_index("ix_operational_issues_task", ["task", "created_at"], unique=False)
        batch_op.create_index(
            "uq_operational_issues_origin",
            ["origin"],
            unique=True,
            sqlite_where=sa.text("origin IS NOT NULL"),
            postgresql_where=sa.text("origin IS NOT NULL"),
        )

    op.create_table(
        "overloads",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("component_name", sa.String(length=255), nullable=False),
        sa.Column("cpu_percent", sa.Double(), nullable=True),
        sa.Column("ram_percent", sa.Double(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("severity", ISSUE_SEVERITY, nullable=False),
        sa.Column("peak_value", sa.Double(), nullable=True),
        sa.Column("peak_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_ongoing", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("host", sa.String(length=255), nullable=True),
        sa.Column("service", sa.String(length=100), nullable=True),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("processes", JSON, nullable=True),
        sa.Column("context", JSON, nullable=True),
        sa.Column("origin", sa.String(length=150), nullable=True),
        sa.Column("recurring_issue_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fingerprint_id"],
            ["issue_fingerprints.id"],
            name=op.f("fk_overloads_fingerprint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recurring_issue_id"],
            ["recurring_issues.id"],
            name=op.f("fk_overloads_recurring_issue_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["threshold_rules.id"],
            name=op.f("fk_overloads_rule_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overloads")),
    )
    with op.batch_alter_table("overloads", schema=None) as batch_op:
        batch_op.create_index(
            "ix_overloads_component_name_timestamp", ["component_name", "timestamp"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_overloads_fingerprint_id"), ["fingerprint_id"], unique=False
        )
        batch_op.create_index(
            "ix_overloads_ongoing",
            ["rule_id", "series_id"],
            unique=False,
            sqlite_where=sa.text("is_ongoing"),
            postgresql_where=sa.text("is_ongoing"),
        )
        batch_op.create_index(
            "ix_overloads_recurring_issue_id_timestamp",
            ["recurring_issue_id", "timestamp", "id"],
            unique=False,
        )
        batch_op.create_index("ix_overloads_timestamp", ["timestamp", "id"], unique=False)
        batch_op.create_index(
            "uq_overloads_origin",
            ["origin"],
            unique=True,
            sqlite_where=sa.text("origin IS NOT NULL"),
            postgresql_where=sa.text("origin IS NOT NULL"),
        )

    with op.batch_alter_table("check_rollups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("transfer_sketch", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("metric_series", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_watched", sa.Boolean(), server_default="0", nullable=False)
        )
    _each_index("create")
    _tidy_up_early()


def downgrade():
    _each_index("drop")
    with op.batch_alter_table("metric_series", schema=None) as batch_op:
        batch_op.drop_column("is_watched")

    with op.batch_alter_table("check_rollups", schema=None) as batch_op:
        batch_op.drop_column("transfer_sketch")

    with op.batch_alter_table("overloads", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_overloads_origin",
            sqlite_where=sa.text("origin IS NOT NULL"),
            postgresql_where=sa.text("origin IS NOT NULL"),
        )
        batch_op.drop_index("ix_overloads_timestamp")
        batch_op.drop_index("ix_overloads_recurring_issue_id_timestamp")
        batch_op.drop_index(
            "ix_overloads_ongoing",
            sqlite_where=sa.text("is_ongoing"),
            postgresql_where=sa.text("is_ongoing"),
        )
        batch_op.drop_index(batch_op.f("ix_overloads_fingerprint_id"))
        batch_op.drop_index("ix_overloads_component_name_timestamp")

    op.drop_table("overloads")
    with op.batch_alter_table("operational_issues", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_operational_issues_origin",
            sqlite_where=sa.text("origin IS NOT NULL"),
            postgresql_where=sa.text("origin IS NOT NULL"),
        )
        batch_op.drop_index("ix_operational_issues_task")
        batch_op.drop_index("ix_operational_issues_severity")
        batch_op.drop_index("ix_operational_issues_recurring_issue_id_created_at")
        batch_op.drop_index(batch_op.f("ix_operational_issues_fingerprint_id"))
        batch_op.drop_index("ix_operational_issues_created_at")

    op.drop_table("operational_issues")
    with op.batch_alter_table("faults", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_faults_origin",
            sqlite_where=sa.text("origin IS NOT NULL"),
            postgresql_where=sa.text("origin IS NOT NULL"),
        )
        batch_op.drop_index("ix_faults_timestamp")
        batch_op.drop_index("ix_faults_recurring_issue_id_timestamp")
        batch_op.drop_index(
            "ix_faults_ongoing",
            sqlite_where=sa.text("is_ongoing"),
            postgresql_where=sa.text("is_ongoing"),
        )
        batch_op.drop_index(batch_op.f("ix_faults_fingerprint_id"))
        batch_op.drop_index("ix_faults_error_code_timestamp")

    op.drop_table("faults")
    with op.batch_alter_table("issue_transitions", schema=None) as batch_op:
        batch_op.drop_index("ix_issue_transitions_recurring_issue_id")

    op.drop_table("issue_transitions")
    with op.batch_alter_table("issue_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issue_links_recurring_issue_id"))

    op.drop_table("issue_links")
    with op.batch_alter_table("issue_hours", schema=None) as batch_op:
        batch_op.drop_index("ix_issue_hours_hour_at")

    op.drop_table("issue_hours")
    with op.batch_alter_table("issue_fingerprints", schema=None) as batch_op:
        batch_op.drop_index("uq_issue_fingerprints_key")
        batch_op.drop_index(batch_op.f("ix_issue_fingerprints_recurring_issue_id"))

    op.drop_table("issue_fingerprints")
    with op.batch_alter_table("issue_comments", schema=None) as batch_op:
        batch_op.drop_index("ix_issue_comments_recurring_issue_id")

    op.drop_table("issue_comments")
    with op.batch_alter_table("affected_names", schema=None) as batch_op:
        batch_op.drop_index("ix_affected_names_what_name")

    op.drop_table("affected_names")
    with op.batch_alter_table("rule_watches", schema=None) as batch_op:
        batch_op.drop_index("ix_rule_watches_series_id")

    op.drop_table("rule_watches")
    with op.batch_alter_table("recurring_issues", schema=None) as batch_op:
        batch_op.drop_index("ix_recurring_issues_updated_at")
        batch_op.drop_index(
            "ix_recurring_issues_subject",
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.drop_index(
            "ix_recurring_issues_status",
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.drop_index(
            "ix_recurring_issues_severity",
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.drop_index(
            "ix_recurring_issues_occurrences",
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.drop_index(
            "ix_recurring_issues_merged_into_id",
            sqlite_where=sa.text("merged_into_id IS NOT NULL"),
            postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_recurring_issues_last_seen_at",
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.drop_index(
            "ix_recurring_issues_kind",
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.drop_index(
            "ix_recurring_issues_first_seen_at",
            sqlite_where=sa.text("merged_into_id IS NULL"),
            postgresql_where=sa.text("merged_into_id IS NULL"),
        )
        batch_op.drop_index("ix_recurring_issues_assignee_id")

    op.drop_table("recurring_issues")
    with op.batch_alter_table("threshold_rules", schema=None) as batch_op:
        batch_op.drop_index("ix_threshold_rules_metric_name")

    op.drop_table("threshold_rules")
    with op.batch_alter_table("received_occurrences", schema=None) as batch_op:
        batch_op.drop_index("ix_received_occurrences_refused_at")

    op.drop_table("received_occurrences")
    op.drop_table("metric_news")
    op.drop_table("judge_marks")
    op.drop_table("grouping_rules")
    with op.batch_alter_table("counted_origins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_counted_origins_counted_at"))

    op.drop_table("counted_origins")
    _each_enum("drop")
