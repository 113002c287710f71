"""What goes wrong in our own processes and fails no job: a page, an import, a collection.

It is kept as what other programs send is, with one insert, and judged a moment later.
"""

import traceback
from typing import Any

import orjson

from webapp.core import clock
from webapp.core.db import db
from webapp.issues import receiving
from webapp.issues.judging_jobs import SERVICE
from webapp.issues.kinds import IssueKind, Severity

LONGEST = 10_000


def tell(error: Exception, task: str, context: dict[str, Any]) -> None:
    """Keep an error that nobody expected; rolls back what it was in, and commits."""
    db.session.rollback()
    told = {
        "kind": IssueKind.OPERATIONAL.value,
        "name": f"{task} failed",
        "task": task,
        "error_message": f"{type(error).__name__}: {error}".removesuffix(": ")[:LONGEST],
        "traceback": "".join(traceback.format_exception(error)),
        "severity": Severity.ERROR.value,
        "service": SERVICE,
        "context": context,
    }
    try:
        receiving.receive([orjson.dumps([told])], clock.now())
        db.session.commit()
    finally:
        db.session.rollback()
