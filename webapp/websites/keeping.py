"""What follows for a website from its kind: its secrets, its heartbeat's key, its first check."""

from datetime import datetime

from flask import current_app

from webapp.config import Settings
from webapp.core.problems import FieldError, invalid
from webapp.core.secrets import SecretUnreadable, hash_token, new_token
from webapp.websites.hops import is_same_origin
from webapp.websites.models import CheckKind, Website
from webapp.websites.options import NO_SECRETS, CheckSecrets, options_of, secrets_of

KEY_PREFIX = "hb"
KEY = "heartbeat_key"


def known_secrets(website: Website) -> CheckSecrets:
    """The website's secrets; none where they cannot be read any more, and must be given anew."""
    try:
        return secrets_of(website.secrets)
    except SecretUnreadable:
        return NO_SECRETS


def put_secrets(website: Website, given: CheckSecrets | None) -> bool:
    """Change the secrets that are given, keep the others, and say whether anything changed."""
    known = known_secrets(website)
    secrets = known.changed_by(given) if given else known
    if website.kind is CheckKind.HEARTBEAT:
        key = secrets.heartbeat_key or new_token(KEY_PREFIX)
        secrets = secrets.model_copy(update={KEY: key})
        website.heartbeat_hash = hash_token(key)
    elif secrets.heartbeat_key or website.heartbeat_hash:
        secrets = secrets.model_copy(update={KEY: None})
        website.heartbeat_hash = None
    if secrets == known:
        return False
    website.secrets = secrets.stored()
    return True


def refuse_to_move(website: Website, url: str, proxy: str | None, given: CheckSecrets) -> None:
    """Secrets are not sent elsewhere because somebody who cannot read them changed the address."""
    was = options_of(website.options).proxy
    if is_same_origin(url, website.url) and proxy in (was, None):
        return
    kept = set(known_secrets(website).names()) - {KEY} - given.model_fields_set
    if kept:
        field = "url" if not is_same_origin(url, website.url) else "proxy"
        raise invalid(
            FieldError(
                field,
                "The stored secrets were given for another address: "
                f"enter them anew, or have them forgotten ({', '.join(sorted(kept))}).",
            )
        )


def heartbeat_url(website: Website) -> str | None:
    """What a job calls, None when the website is no heartbeat or its key cannot be read."""
    key = known_secrets(website).heartbeat_key if website.kind is CheckKind.HEARTBEAT else None
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.base_url}/ping/{key}" if key else None


def first_due(website: Website, now: datetime) -> datetime:
    """When it is due if nothing is known of it: at once, a heartbeat when it would be late."""
    if website.kind is CheckKind.HEARTBEAT:
        return options_of(website.options).deadline(now)
    return now
