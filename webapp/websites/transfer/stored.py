"""Every website as it is stored, with its tags and secrets, in three statements."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import LargeBinary, select, type_coerce
from sqlalchemy.orm import selectinload

from webapp.core.db import db
from webapp.core.secrets import SecretUnreadable, decrypt
from webapp.websites.models import Website
from webapp.websites.options import NO_SECRETS, CheckSecrets, secrets_of


@dataclass(frozen=True)
class Stored:
    """A website and its secrets; none where `is_readable` is false: the key is another now."""

    website: Website
    secrets: CheckSecrets = NO_SECRETS
    is_readable: bool = True


def everything() -> Sequence[Stored]:
    """All websites, by URL."""
    query = select(Website).options(selectinload(Website.tags)).order_by(Website.url)
    sealed = _sealed()
    return [_opened(website, sealed.get(website.id)) for website in db.session.scalars(query)]


def _sealed() -> dict[int, bytes]:
    """The secrets as they lie in the database: one that cannot be read must not stop the rest."""
    column = type_coerce(Website.secrets, LargeBinary)
    rows = db.session.execute(select(Website.id, column).where(Website.secrets.is_not(None)))
    return {website_id: bytes(sealed) for website_id, sealed in rows}


def _opened(website: Website, sealed: bytes | None) -> Stored:
    if sealed is None:
        return Stored(website)
    try:
        return Stored(website, secrets_of(decrypt(sealed)))
    except SecretUnreadable:
        return Stored(website, is_readable=False)
