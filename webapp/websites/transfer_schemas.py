"""What goes in and out: an import of websites."""

from typing import Literal

from webapp.core.jsonapi import Input, Output


class ImportQuery(Input):
    """What the body is, whether websites that it does not name are removed, or nothing is done."""

    kind: Literal["yaml", "gatus"] = "yaml"
    prune: bool = False
    dry_run: bool = False


class FieldChangeRead(Output):
    """One field before and after, as people read it; a secret's values are never in it."""

    field: str
    before: str
    after: str


class ChangeRead(Output):
    """What happens to the website of that URL."""

    verb: Literal["create", "change", "remove"]
    url: str
    name: str
    fields: list[FieldChangeRead]


class ImportRead(Output):
    """The difference that was made, or with `dry_run` would be.

    `left_out` says in sentences what of the document is not carried over, or is missing.
    """

    dry_run: bool
    added_count: int
    changed_count: int
    removed_count: int
    unchanged_count: int
    changes: list[ChangeRead]
    left_out: list[str]
