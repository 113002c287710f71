"""Words sought by index: FTS5 beside the table on SQLite, an expression in GIN on PostgreSQL.

Migration 0004 makes both indexes. What people type is taken apart into words first; none of it
reaches the query syntax of either engine. All words must be there; the last may go on.
"""

import re
from typing import Any

from sqlalchemy import ColumnElement, column, func, literal_column, select, table

from webapp.core.db import db
from webapp.issues.models import OperationalIssue, RecurringIssue

WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 12
LONGEST_WORD = 100
SEARCHED = {
    RecurringIssue: ("title", "subject", "message"),
    OperationalIssue: ("name", "error_message"),
}
Searched = type[RecurringIssue] | type[OperationalIssue]


def words(text: str) -> list[str]:
    """The words of what was typed, punctuation left out as the indexes leave it out."""
    return [word[:LONGEST_WORD] for word in WORD.findall(text)[:MOST_WORDS]]


def matching(model: Searched, text: str, *, of_all: bool = False) -> ColumnElement[bool] | None:
    """The condition that a row of `model` has all words of `text`; None where it has no words.

    `of_all` says that all rows are wanted and not the first few in an order: then PostgreSQL is
    made to look into the index also for words that nearly all rows have.
    """
    found = words(text)
    if not found:
        return None
    is_sqlite = db.session.connection().dialect.name == "sqlite"
    return _in_fts(model, found) if is_sqlite else _in_gin(model, found, of_all)


def newest_matching(text: str, limit: int) -> list[int]:
    """The recurring issues of the newest `limit` operational issues that have all the words."""
    condition = matching(OperationalIssue, text)
    if condition is None:
        return []
    newest = (
        select(OperationalIssue.recurring_issue_id.label("issue"))
        .where(condition)
        .order_by(OperationalIssue.id.desc())
        .limit(limit)
        .subquery()
    )
    return list(db.session.scalars(select(newest.c.issue).distinct()))


def _in_fts(model: Searched, found: list[str]) -> ColumnElement[bool]:
    name = f"{model.__tablename__}_search"
    index = table(name, column("rowid"), column(name))
    sought = " ".join(f'"{word}"' for word in found) + "*"
    return model.id.in_(select(index.c.rowid).where(index.c[name].op("MATCH")(sought)))


def _in_gin(model: Searched, found: list[str], of_all: bool) -> ColumnElement[bool]:
    columns = " || ' ' || ".join(f"{model.__tablename__}.{name}" for name in SEARCHED[model])
    plain = f"regexp_replace({columns}, '[^[:alnum:]]+', ' ', 'g')"
    indexed: ColumnElement[str] = literal_column(f"to_tsvector('simple', {plain})")
    sought = " & ".join(f"'{word}'" for word in found) + ":*"
    query: Any = func.to_tsquery(literal_column("'simple'"), sought)
    # What a subquery gives is not known to the planner, which then takes it for something rare.
    query = select(query).scalar_subquery() if of_all else query
    return indexed.op("@@", is_comparison=True)(query)
