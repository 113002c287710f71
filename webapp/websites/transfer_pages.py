"""Pages: websites out to a file, and in from one: first what it would change, then the change."""

import tempfile
from contextlib import closing
from pathlib import Path

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.datastructures import FileStorage

from webapp.core import clock, htmx
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.core.web import csrf
from webapp.websites.transfer import difference, entries, plans, uploads
from webapp.websites.transfer.document import Unreadable
from webapp.websites.transfer.stored import everything

blueprint = Blueprint("transfer", __name__, url_prefix="/websites/transfer")
LARGEST_UPLOAD = 64 * 1024 * 1024
CHANGES_SHOWN = 500


@blueprint.get("")
@needs(Role.OPERATOR)
def index() -> Response:
    """Export, and the form to import."""
    return _index()


@blueprint.get("/websites.yaml")
@needs(Role.OPERATOR)
def download() -> Response:
    """All websites without their secrets."""
    name = f"websites-{clock.now():%Y-%m-%d}.yaml"
    return Response(
        entries.write(everything()),
        mimetype="application/yaml",
        headers={
            "Content-Disposition": f"attachment; filename={name}",
            "Cache-Control": "no-store",
        },
    )


@blueprint.post("")
@needs(Role.ADMINISTRATOR)
def upload() -> Response:
    """Read the file and keep it; nothing is changed yet."""
    # Exempt, to protect itself here: before the role is known, no form this large is read.
    request.max_content_length = LARGEST_UPLOAD
    csrf.protect()
    file, kind = request.files.get("file"), request.form.get("kind", "")
    if not file or not file.filename or kind not in uploads.READERS:
        return _index({"file": "Choose a file and what it comes from."})
    try:
        found = _read(file, kind)
        wanted = uploads.Upload(found.entries, found.left_out, "prune" in request.form)
        plans.plan(wanted.entries, prune=wanted.prune)
    except Unreadable as refusal:
        return _index({"file": [f"{complaint}" for complaint in refusal.complaints]})
    except Problem as problem:
        return _index({"file": problem.detail})
    return htmx.redirect(url_for("transfer.preview", name=uploads.keep(wanted)))


csrf.exempt(upload)


@blueprint.get("/<name>")
@needs(Role.ADMINISTRATOR)
def preview(name: str) -> Response:
    """What the file would change."""
    return _preview(name)


@blueprint.post("/<name>")
@needs(Role.ADMINISTRATOR)
def confirm(name: str) -> Response:
    """Do what was shown; if it is no longer the same, show it again."""
    kept = uploads.kept(name)
    if kept is None:
        return _too_late()
    wanted = plans.plan(kept.entries, prune=kept.prune)
    if wanted.fingerprint != request.form.get("fingerprint"):
        return _preview(name, "The websites were changed meanwhile. This is the difference now.")
    counts = plans.carry_out(wanted, clock.now())
    db.session.commit()
    uploads.forget(name)
    flash(f"Imported: {difference.summary(counts)}.", "success")
    return htmx.redirect(url_for("websites.index"))


def _index(errors: dict[str, str | list[str]] | None = None) -> Response:
    return htmx.render(
        "websites/transfer/index.html",
        "main",
        422 if errors else 200,
        errors=errors or {},
        typed=request.form,
        largest=LARGEST_UPLOAD,
    )


def _preview(name: str, warning: str = "") -> Response:
    kept = uploads.kept(name)
    if kept is None:
        return _too_late()
    wanted = plans.plan(kept.entries, prune=kept.prune)
    return htmx.render(
        "websites/transfer/preview.html",
        "main",
        422 if warning else 200,
        name=name,
        warning=warning,
        plan=wanted,
        changes=wanted.to_do[:CHANGES_SHOWN],
        more=max(0, len(wanted.to_do) - CHANGES_SHOWN),
        counts=difference.counted(wanted.changes),
        left_out=[*kept.left_out, *wanted.missing],
    )


def _too_late() -> Response:
    flash("That file is not kept any more. Choose it again.", "warning")
    return htmx.redirect(url_for("transfer.index"))


def _read(file: FileStorage, kind: str) -> uploads.Upload:
    """The upload by way of a file of its own: SQLite reads nothing else."""
    with closing(file), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        file.save(path)
        return uploads.READERS[kind](path)
