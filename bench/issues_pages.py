"""List and search of a million occurrences in 20,000 recurring issues, on both databases.

DATABASE=sqlite (or postgresql) measures one of them; REQUESTS (100) is how often each page is
asked, each time on a new connection. Times are to the first byte of the whole page.
"""

import os
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text

from bench.product import Product, new_product, percentile, report
from bench.scale import postgresql

ISSUES = int(os.environ.get("ISSUES", "20000"))
OCCURRENCES = int(os.environ.get("OCCURRENCES", "1000000"))
HOURS = 24
LIMIT_MS = 50
ONE_ISSUE, ONE_ISSUE_LIMIT_MS = "one issue", 100
SETTLE_S = 12  # workers and scheduler have started by then
QUIET = {"WORKERS": "1", "METRICS_INTERVAL_S": "60"}
PATHS = {
    "list": "/issues/",
    "list of the open ones": "/issues/?status=open",
    "list, the worst first": "/issues/?sort=worst",
    "list, page 100": "/issues/?page=100",
    "list of a kind and severity": "/issues/?kind=fault&severity=error",
    "list of a host": "/issues/?host=host-77",
    "list of two days": "/issues/?since=2026-01-01&until=2026-01-02&sort=newest",
    "search, a word of few issues": "/issues/?q=import_4711",
    "search, a word of all issues": "/issues/?q=failed",
    "search, two words and a filter": "/issues/?q=failed+word77&status=open",
    "search, a word of old occurrences": "/issues/?q=order700003",
    ONE_ISSUE: "/issues/101",
    "records, a word of few": "/issues/raw/operational-issues?q=order700003",
    "records, a word of all": "/issues/raw/operational-issues?q=order+failed",
    "records of a task": "/issues/raw/operational-issues?subject=task_7",
}


def main() -> None:
    """Both databases, unless one is named."""
    wanted = os.environ.get("DATABASE", "sqlite,postgresql").split(",")
    if "sqlite" in wanted:
        with new_product(**QUIET) as product:
            measure("SQLite", product, f"sqlite:///{product.folder}/watchkeeper.db")
    if "postgresql" in wanted:
        with postgresql() as (url, _), new_product(DATABASE_URL=url, **QUIET) as product:
            measure("PostgreSQL", product, url.replace("postgresql://", "postgresql+psycopg://"))


def measure(name: str, product: Product, url: str) -> None:
    """Fill, start and ask for each page."""
    product.start()
    browser = product.sign_in()
    product.stop()
    began = time.monotonic()
    fill(create_engine(url))
    print(f"  {name}: filled in {time.monotonic() - began:.0f} s", flush=True)
    product.start()
    time.sleep(SETTLE_S)
    for page, path in PATHS.items():
        taken = asked(product, path, browser)
        limit = ONE_ISSUE_LIMIT_MS if page == ONE_ISSUE else LIMIT_MS
        report(f"{name}: {page}, p95", percentile(taken, 0.95), "ms", limit)
        print(f"  p50 {percentile(taken, 0.5):.1f} ms", flush=True)
    product.stop()


def asked(product: Product, path: str, browser: dict[str, str]) -> list[float]:
    """Milliseconds to the first byte of each answer."""
    taken = []
    for _ in range(int(os.environ.get("REQUESTS", "100")) + 5):
        status, _, seconds = product.get(path, browser)
        assert status == 200, (path, status)
        taken.append(1000 * seconds)
    return taken[5:]


def fill(engine: Engine) -> None:
    """Issues, their occurrences, hours and hosts; the words are indexed at the end."""
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.begin() as connection:
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA synchronous = OFF")
        kept = _without_search(connection, is_sqlite)
        for statement in (ISSUE, FINGERPRINT, HOUR, AFFECTED, *OCCURRENCE):
            connection.execute(text(_for(statement, is_sqlite)), VALUES)
        for statement in kept:
            connection.exec_driver_sql(statement)
        if is_sqlite:
            for table in ("recurring_issues", "operational_issues"):
                connection.exec_driver_sql(
                    f"INSERT INTO {table}_search ({table}_search) VALUES ('rebuild')"
                )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not is_sqlite:
            connection.exec_driver_sql("VACUUM ANALYZE")
        else:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _without_search(connection: Connection, is_sqlite: bool) -> list[str]:
    """Take away what keeps the index of words, and say how to put it back."""
    if is_sqlite:
        triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        found: Any = connection.exec_driver_sql(triggers).all()
        drop = "TRIGGER"
    else:
        indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'ix%search'"
        found = connection.exec_driver_sql(indexes).all()
        drop = "INDEX"
    for name, _ in found:
        connection.exec_driver_sql(f"DROP {drop} {name}")
    return [sql for _, sql in found]


def _for(statement: str, is_sqlite: bool) -> str:
    """Counting and moments are written differently on the two."""
    if is_sqlite:
        counted = "(WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i + 1 < "
        statement = statement.replace("UPTO(", counted).replace(")UPTO", ") SELECT i FROM c)")
        moment = "strftime('%Y-%m-%d %H:%M:%f', ", ", 'unixepoch') || '000'"
        for kind in ("issue_kind", "issue_severity", "issue_status", "json"):
            statement = statement.replace(f"::{kind}", "")
    else:
        statement = statement.replace("UPTO(", "(SELECT i FROM generate_series(0, ")
        statement = statement.replace(")UPTO", " - 1) AS s (i))")
        moment = "to_timestamp(", ")"
        statement = statement.replace("::json", "::jsonb").replace("::", "\\:\\:")
    while "AT[" in statement:
        before, rest = statement.split("AT[", 1)
        inside, after = rest.split("]", 1)
        statement = f"{before}{moment[0]}{inside}{moment[1]}{after}"
    return statement


VALUES = {"issues": ISSUES, "hours": ISSUES * HOURS, "occurrences": OCCURRENCES,
          "now": int(time.time()), "hour": int(time.time()) // 3600 * 3600}  # fmt: skip
# Of ten issues seven are operational, two faults, one an overload; one of twenty is open.
KIND = (
    "CASE WHEN {0} % 10 < 7 THEN 'operational' WHEN {0} % 10 < 9 THEN 'fault' ELSE 'overload' END"
)
SEVERITY = (
    "CASE {0} % 4 WHEN 0 THEN 'critical' WHEN 1 THEN 'error' WHEN 2 THEN 'warning' ELSE 'info' END"
)
STATUS = ("CASE {0} % 20 WHEN 0 THEN 'open' WHEN 1 THEN 'acknowledged' WHEN 2 THEN 'ignored'"
          " ELSE 'resolved' END")  # fmt: skip
MESSAGE = (
    "'The job import_' || {0} || ' failed: order' || {1} || ' of word' || ({1} % 997) ||"
    " ' was refused by the server at line ' || ({1} % 89) || ' after ' || ({1} % 31) || ' s'"
)
N = "FROM UPTO(:{0})UPTO AS n"
ISSUE = f"""
INSERT INTO recurring_issues (id, kind, title, subject, message, severity, status, status_since_at,
    is_regressed, is_ongoing, regressions, occurrences, first_seen_at, last_seen_at, host,
    flap_score, version, created_at, updated_at)
SELECT i + 1, ({KIND.format("i")})::issue_kind, 'Import ' || i || ' failed', 'task_' || (i % 200),
    {MESSAGE.format("i", "i")}, ({SEVERITY.format("i")})::issue_severity,
    ({STATUS.format("i")})::issue_status, AT[:now - i * 60], false, false, 0, 50 + i % 977,
    AT[:now - 8000000 - i * 200], AT[:now - i * 60], 'host-' || (i % 300), 0, 1, AT[:now], AT[:now]
{N.format("issues")}
"""
FINGERPRINT = f"""
INSERT INTO issue_fingerprints (id, kind, version, fingerprint, recurring_issue_id, made_of,
    occurrences, first_seen_at, last_seen_at)
SELECT i + 1, ({KIND.format("i")})::issue_kind, 1, 'fp' || i, i + 1, '{{}}'::json, 50,
    AT[:now - 8000000], AT[:now - i * 60]
{N.format("issues")}
"""
HOUR = f"""
INSERT INTO issue_hours (recurring_issue_id, hour_at, fingerprint_id, count)
SELECT i % :issues + 1, AT[:hour - i / :issues * 3600], i % :issues + 1, 1 + i % 7
{N.format("hours")}
"""
AFFECTED = f"""
INSERT INTO affected_names (recurring_issue_id, what, name, fingerprint_id, count, first_seen_at,
    last_seen_at)
SELECT i + 1, 'host', 'host-' || (i % 300), i + 1, 50, AT[:now - 8000000], AT[:now - i * 60]
{N.format("issues")}
"""
SHARED = "severity, {0}, recurring_issue_id, fingerprint_id"
SHARED_VALUES = (f"({SEVERITY.format('i')})::issue_severity,"
                 " AT[:now - (:occurrences - i) * 8], issue + 1, issue + 1")  # fmt: skip
ROWS = (f"FROM (SELECT i, i % :issues AS issue {N.format('occurrences')}) AS rows_"
        " WHERE issue % 10 {0}")  # fmt: skip
OCCURRENCE = (
    f"""
INSERT INTO operational_issues (name, task, error_message, {SHARED.format("created_at")})
SELECT 'Import ' || issue || ' failed', 'task_' || (issue % 200), {MESSAGE.format("issue", "i")},
    {SHARED_VALUES} {ROWS.format("< 7")}
""",
    f"""
INSERT INTO faults (error_code, description, is_ongoing, {SHARED.format("timestamp")})
SELECT 'task_' || (issue % 200), {MESSAGE.format("issue", "i")}, false,
    {SHARED_VALUES} {ROWS.format("IN (7, 8)")}
""",
    f"""
INSERT INTO overloads (component_name, value, unit, is_ongoing, {SHARED.format("timestamp")})
SELECT 'task_' || (issue % 200), 97.5, 'percent', false,
    {SHARED_VALUES} {ROWS.format("= 9")}
""",
)
