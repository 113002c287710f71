"""A check of what was typed, before it is saved: kept encrypted in Redis for a while."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel

from webapp.core import queue
from webapp.core.secrets import decrypt, encrypt
from webapp.websites import keeping
from webapp.websites.lanes import Target
from webapp.websites.models import Website
from webapp.websites.options import NO_SECRETS, CheckOptions, CheckSecrets
from webapp.websites.outcomes import Outcome
from webapp.websites.urls import host_of, kind_of

KEPT_S = 600
LONGEST_S = DEFAULT_S = 30


class Draft(BaseModel):
    """What is needed for a check, and nothing else."""

    url: str
    timeout: int
    options: CheckOptions
    secrets: CheckSecrets


def drafted(website: Website | None, fields: Mapping[str, Any]) -> Draft:
    """What a form or a request asks to check; for a website that there is with its own secrets."""
    options = CheckOptions.model_validate(fields.get("options", {}))
    given = fields.get("secrets") or NO_SECRETS
    known = NO_SECRETS
    if website is not None:
        keeping.refuse_to_move(website, fields["url"], options.proxy, given)
        known = keeping.known_secrets(website)
    return Draft(
        url=fields["url"],
        timeout=int(fields.get("timeout", DEFAULT_S)),
        options=options,
        secrets=known.changed_by(given),
    )


def propose(draft: Draft) -> str:
    """Keep the draft and have it checked; the answer is the name to ask for it by."""
    name = secrets.token_urlsafe(16)
    sealed = encrypt(draft.model_dump_json())
    queue.connection().set(_key(name, "draft"), sealed, ex=KEPT_S)
    return name


def draft_of(name: str) -> Draft | None:
    """The draft of that name, None when it is gone."""
    sealed: Any = queue.connection().get(_key(name, "draft"))
    return Draft.model_validate_json(decrypt(sealed)) if sealed else None


def target_of(draft: Draft, now: datetime) -> Target:
    """The draft as something to check."""
    return Target(
        website_id=0,
        url=draft.url,
        host=host_of(draft.url),
        timeout_s=min(draft.timeout, LONGEST_S),
        due_at=now,
        claimed_until=now,
        kind=kind_of(draft.url),
        options=draft.options,
        secrets=draft.secrets,
    )


def keep(name: str, outcome: Outcome) -> None:
    """Keep what the check found, for the page."""
    found = asdict(replace(outcome, target=None))  # type: ignore[arg-type]
    found |= {"status": outcome.status, "message": outcome.message}
    queue.connection().set(_key(name, "found"), encrypt(orjson.dumps(found).decode()), ex=KEPT_S)


def found_for(name: str) -> dict[str, Any] | None:
    """What the check of that name found, None as long as it has not ended."""
    sealed: Any = queue.connection().get(_key(name, "found"))
    return dict(orjson.loads(decrypt(sealed))) if sealed else None


def _key(name: str, what: str) -> str:
    return f"watchkeeper:trial:{name[:64]}:{what}"
