"""What goes wrong while we answer somebody: an import, a page, a question to the API.

It is kept as what other programs send is, with one insert, and judged a moment later.
"""

import traceback

import orjson
import structlog
from flask import request
from sqlalchemy.exc import SQLAlchemyError

from webapp.core import clock
from webapp.core.db import db
from webapp.issues import receiving
from webapp.issues.judging_jobs import SERVICE
from webapp.issues.kinds import IssueKind, Severity

LONGEST = 10_000
log = structlog.get_logger(__name__)


def tell(error: Exception, reference: str) -> None:
    """Keep an error that nobody expected, whose request is over and rolled back."""
    db.session.rollback()
    task = request.endpoint or request.path
    said = str(error).strip()
    told = {
        "kind": IssueKind.OPERATIONAL.value,
        "name": f"{task} failed",
        "task": task,
        "error_message": (f"{type(error).__name__}: {said}".removesuffix(": "))[:LONGEST],
        "traceback": "".join(traceback.format_exception(error)),
        "severity": Severity.ERROR.value,
        "service": SERVICE,
        "context": {"path": request.path, "method": request.method, "reference": reference},
    }
    try:
        receiving.receive([orjson.dumps([told])], clock.now())
        db.session.commit()
    except SQLAlchemyError as failure:
        db.session.rollback()
        log.error("an error is in the log alone", reference=reference, why=str(failure))
