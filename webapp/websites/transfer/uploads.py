"""What somebody uploaded, read by its kind, and kept for a while until they agree to it.

It is kept in Redis, encrypted, because secrets may be in it; the browser gets only its name.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from flask import current_app
from redis import Redis

from webapp.core.secrets import decrypt, encrypt
from webapp.websites.transfer import document, entries, gatus, kuma, kuma_file
from webapp.websites.transfer.document import Complaint, Unreadable
from webapp.websites.transfer.entries import Entry
from webapp.websites.transfer.findings import Findings

KEPT_S = 1800
KEY = "watchkeeper:transfer:"


@dataclass(frozen=True)
class Upload:
    """The websites that a file asks for, and in sentences what of it is not carried over."""

    entries: Sequence[Entry]
    left_out: Sequence[str] = ()
    prune: bool = False


def from_yaml(path: Path) -> Upload:
    """Our own document."""
    return of_yaml(_bytes(path))


def from_gatus(path: Path) -> Upload:
    """A Gatus configuration."""
    return of_gatus(_bytes(path))


def from_kuma(path: Path) -> Upload:
    """The SQLite file of an Uptime Kuma."""
    return _upload(kuma.findings(kuma_file.read(path)))


def of_yaml(given: bytes) -> Upload:
    """Our own document, read already."""
    return Upload(entries.read(_text(given)))


def of_gatus(given: bytes) -> Upload:
    """A Gatus configuration, read already."""
    return _upload(gatus.findings(document.load(_text(given))))


READERS: dict[str, Callable[[Path], Upload]] = {
    "yaml": from_yaml,
    "gatus": from_gatus,
    "kuma": from_kuma,
}


def keep(upload: Upload) -> str:
    """Keep it for half an hour; the answer is its name."""
    name = secrets.token_urlsafe(24)
    value = {
        "entries": [e.model_dump(mode="json", exclude_unset=True) for e in upload.entries],
        "left_out": list(upload.left_out),
        "prune": upload.prune,
    }
    _redis().set(KEY + name, encrypt(orjson.dumps(value).decode()), ex=KEPT_S)
    return name


def kept(name: str) -> Upload | None:
    """What was kept under that name, None when it is too long ago."""
    found: Any = _redis().get(KEY + name)
    if not found:
        return None
    value = orjson.loads(decrypt(found))
    given = [Entry.model_validate(e) for e in value["entries"]]
    return Upload(given, value["left_out"], value["prune"])


def forget(name: str) -> None:
    """Drop it, once it is done."""
    _redis().delete(KEY + name)


def _upload(found: Findings) -> Upload:
    taken = entries.accepted(found.websites)
    lines = [f"{f.source}: {text}" for f in found.websites for text in f.left_out]
    return Upload(taken, [*lines, *found.left_out])


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > 4 * document.MAXIMUM_CHARACTERS:
        raise Unreadable([Complaint("document", "The file is too large.")])
    return path.read_bytes()


def _text(given: bytes) -> str:
    try:
        return given.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable([Complaint("document", "It is not text in UTF-8.")]) from error


def _redis() -> Redis:
    redis: Redis = current_app.extensions["redis"]
    return redis
