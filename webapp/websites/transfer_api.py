"""JSON and YAML: /api/monitoring/websites/export/ and import/."""

from collections.abc import Callable

from flask import Response, request

from webapp.core import clock
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation
from webapp.core.problems import FieldError, Problem
from webapp.websites import transfer_schemas as schemas
from webapp.websites.transfer import difference, entries, plans, uploads
from webapp.websites.transfer.document import Unreadable
from webapp.websites.transfer.stored import everything

YAML = "application/yaml"
LARGEST = 8 * 1024 * 1024
READERS: dict[str, Callable[[bytes], uploads.Upload]] = {
    "yaml": uploads.of_yaml,
    "gatus": uploads.of_gatus,
}
blueprint = json_blueprint("website_files", "/api/monitoring/websites")


@blueprint.get("/export/")
@operation("All websites as YAML, without their secrets", role=Role.OPERATOR, gives=YAML)
def export_websites() -> object:
    """What import takes."""
    text = entries.write(everything())
    return Response(text, mimetype=YAML, headers={"Cache-Control": "no-store"})


@blueprint.post("/import/")
@operation(
    "Make the websites what a YAML document says, all of it or nothing; see what it would change "
    "with dry_run",
    role=Role.OPERATOR,
    query=schemas.ImportQuery,
    takes=YAML,
    returns=schemas.ImportRead,
)
def import_websites(query: schemas.ImportQuery) -> object:
    """The difference."""
    request.max_content_length = LARGEST
    given = _read(READERS[query.kind], request.get_data(cache=False))
    wanted = plans.plan(given.entries, prune=query.prune)
    if not query.dry_run:
        plans.carry_out(wanted, clock.now())
    counts = difference.counted(wanted.changes)
    return {
        "dry_run": query.dry_run,
        "changes": wanted.to_do,
        "left_out": [*given.left_out, *wanted.missing],
        **{f"{word}_count": counts[verb] for verb, word in difference.DONE.items()},
    }


def _read(reader: Callable[[bytes], uploads.Upload], given: bytes) -> uploads.Upload:
    try:
        return reader(given)
    except Unreadable as refusal:
        errors = [FieldError(one.path, one.message) for one in refusal.complaints]
        raise Problem(422, "The document is not accepted.", errors) from refusal
