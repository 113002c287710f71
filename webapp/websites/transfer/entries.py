"""What a document says about one website, and how the document is read and written."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from webapp.core.jsonapi import Input
from webapp.core.problems import Problem, field_errors
from webapp.websites import schemas
from webapp.websites.labels import tag_names
from webapp.websites.options import DEFAULT_OPTIONS, CheckOptions, CheckSecrets, options_of
from webapp.websites.transfer import document
from webapp.websites.transfer.document import Complaint, Unreadable
from webapp.websites.transfer.findings import Finding
from webapp.websites.transfer.stored import Stored
from webapp.websites.urls import host_of

VERSION = 1
MOST_WEBSITES = 50_000
MOST_COMPLAINTS = 20
WITHOUT_SECRETS = (
    "Websites of Watchkeeper.",
    "A secret that is null is not in this file: importing it keeps the one that is stored.",
)
WITH_SECRETS = ("Websites of Watchkeeper, WITH THEIR SECRETS: keep this file safe.",)


class Entry(Input):
    """All that people say about a website. A secret that is null stays as it is stored."""

    url: schemas.Url
    name: schemas.Name | None = None
    description: schemas.Description | None = None
    group_name: schemas.Group | None = None
    tags: schemas.Tags = []
    is_active: bool = True
    check_interval: schemas.CheckInterval = 60
    timeout: schemas.Timeout = 30
    options: CheckOptions = DEFAULT_OPTIONS
    secrets: CheckSecrets | None = None

    def called(self) -> str:
        """Its name, which is its host by default."""
        return self.name or host_of(self.url)


class _Root(Input):
    version: Literal[1]
    websites: Annotated[list[Any], Field(max_length=MOST_WEBSITES)]


def read(text: str) -> list[Entry]:
    """The entries of a document; `Unreadable` names each place that is wrong."""
    root = document.load(text)
    if not isinstance(root, dict):
        raise Unreadable(
            [Complaint("document", "This should be a mapping with version and websites.")]
        )
    try:
        websites = _Root.model_validate(root).websites
    except ValidationError as error:
        raise Unreadable([Complaint(e.field, e.message) for e in field_errors(error)]) from error
    complaints: list[Complaint] = []
    entries = [_entry(index, value, complaints) for index, value in enumerate(websites)]
    found = [entry for entry in entries if entry is not None]
    if not complaints:
        complaints = _twice(found)
    if complaints:
        raise Unreadable(_some(complaints))
    return found


def write(stored: Iterable[Stored], *, with_secrets: bool = False) -> str:
    """The document of these websites, each with everything that differs from the default."""
    header = WITH_SECRETS if with_secrets else WITHOUT_SECRETS
    value = {"version": VERSION, "websites": [_written(one, with_secrets) for one in stored]}
    return document.dump(value, header)


def entry_of(stored: Stored) -> Entry:
    """The entry that describes the website as it is, secrets included."""
    website = stored.website
    return Entry.model_construct(  # as it is, even if it would not be accepted today
        url=website.url,
        name=website.name,
        description=website.description or None,
        group_name=website.group_name,
        tags=tag_names(website),
        is_active=website.is_active,
        check_interval=website.check_interval,
        timeout=website.timeout,
        options=options_of(website.options),
        secrets=stored.secrets,
    )


def accepted(findings: Sequence[Finding]) -> list[Entry]:
    """The entries of an importer; what is not possible here is added to what it left out."""
    found: dict[str, Entry] = {}
    taken_by: dict[str, str] = {}
    for finding in findings:
        if finding.entry is None:
            continue
        try:
            entry = Entry.model_validate(finding.entry)
        except ValidationError as error:
            for e in field_errors(error):
                finding.refuse(f"It cannot be watched here: {e.field}: {e.message}")
            continue
        if entry.url in found:
            finding.refuse(f"Its URL is watched already, by {taken_by[entry.url]}.")
            continue
        found[entry.url], taken_by[entry.url] = entry, finding.source
    return list(found.values())


def _entry(index: int, value: Any, complaints: list[Complaint]) -> Entry | None:
    path = f"websites[{index}]"
    if not isinstance(value, dict):
        complaints.append(Complaint(path, "This should be a mapping with at least a url."))
        return None
    try:
        return Entry.model_validate(value)
    except ValidationError as error:
        url = f" ({value['url']})"[:200] if isinstance(value.get("url"), str) else ""
        for e in field_errors(error):
            complaints.append(Complaint(f"{path}.{_path(e.field)}", e.message + url))
        return None


def _path(field: str) -> str:
    """`options.headers.0` as `options.headers[0]`."""
    first, *others = field.split(".")
    return first + "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in others)


def _twice(entries: Sequence[Entry]) -> list[Complaint]:
    first: dict[str, int] = {}
    return [
        Complaint(f"websites[{index}].url", f"This is the URL of websites[{first[e.url]}] too.")
        for index, e in enumerate(entries)
        if first.setdefault(e.url, index) != index
    ]


def _some(complaints: list[Complaint]) -> list[Complaint]:
    more = len(complaints) - MOST_COMPLAINTS
    last = [Complaint("document", f"There are {more} more mistakes.")] if more > 0 else []
    return complaints[:MOST_COMPLAINTS] + last


def _written(stored: Stored, with_secrets: bool) -> dict[str, Any]:
    if with_secrets and not stored.is_readable:
        raise Problem(
            409,
            f"ENCRYPTION_KEY does not fit the secrets of {stored.website.url}: enter them anew.",
        )
    entry = entry_of(stored)
    written = entry.model_dump(mode="json", exclude={"options", "secrets"})
    secrets = stored.secrets
    kept = secrets.model_dump(exclude_none=True) if with_secrets else dict.fromkeys(secrets.names())
    return written | {"options": entry.options.stored(), "secrets": kept}
