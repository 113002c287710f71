"""What was received and could not be understood: with the reason, to try again or discard."""

from flask import Blueprint, Response, flash, request, url_for
from sqlalchemy import func, select
from werkzeug.exceptions import BadRequest

from webapp.core import htmx
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import receiving
from webapp.issues.models import ReceivedOccurrence

blueprint = Blueprint("issues_received", __name__, url_prefix="/issues/received")
SHOWN = 25
LONGEST_SHOWN = 4000


@blueprint.get("/")
@needs(Role.OPERATOR)
def index() -> Response:
    """The refused ones, newest first, and how many wait for their turn."""
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= 100_000:
        raise BadRequest("There is no such page.")
    found, total = receiving.refused(page, SHOWN)
    waits = ReceivedOccurrence.refused_at.is_(None)
    waiting = db.session.scalar(select(func.count()).select_from(ReceivedOccurrence).where(waits))
    return htmx.render(
        "issues/received.html", "main",
        rows=[(row, _text(row.body)) for row in found],
        total=total, waiting=waiting or 0, page=page, page_size=SHOWN,
    )  # fmt: skip


@blueprint.post("/<int:received_id>/try-again")
@needs(Role.OPERATOR)
def try_again(received_id: int) -> Response:
    """Digest it once more."""
    try:
        receiving.try_again(received_id)
    except Problem as problem:
        db.session.rollback()
        flash(problem.detail, "error")
        return htmx.redirect(url_for("issues_received.index"))
    db.session.commit()
    flash("It is tried again within seconds.", "success")
    return htmx.redirect(url_for("issues_received.index"))


@blueprint.post("/<int:received_id>/discard")
@needs(Role.OPERATOR)
def discard(received_id: int) -> Response:
    """Forget it."""
    try:
        receiving.discard(received_id)
    except Problem as problem:
        db.session.rollback()
        flash(problem.detail, "error")
        return htmx.redirect(url_for("issues_received.index"))
    db.session.commit()
    flash("It was discarded.", "success")
    return htmx.redirect(url_for("issues_received.index"))


def _text(body: bytes) -> str:
    return body[:LONGEST_SHOWN].decode("utf-8", "replace")
