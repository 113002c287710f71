"""Keys that nobody set are made once, kept in the data folder, and refused where they are weak."""

import os
import secrets
from dataclasses import fields
from pathlib import Path

from webapp.config import ConfigError, Settings

MINIMUM_KEY_LENGTH = 32
MINIMUM_KEY_VARIETY = 10


def with_keys(settings: Settings) -> Settings:
    """The same settings with SECRET_KEY and ENCRYPTION_KEY filled from DATA_DIR where not set."""
    keys = {
        name: getattr(settings, name) or _kept_key(settings.data_dir / name)
        for name in ("secret_key", "encryption_key")
    }
    for name, value in keys.items():
        for key in value.split(","):
            _refuse_weak(name.upper(), key.strip())
    return Settings(**{f.name: getattr(settings, f.name) for f in fields(settings)} | keys)


def _refuse_weak(name: str, key: str) -> None:
    if len(key) < MINIMUM_KEY_LENGTH or len(set(key)) < MINIMUM_KEY_VARIETY:
        raise ConfigError(
            f"{name} is too weak: use at least {MINIMUM_KEY_LENGTH} random characters, "
            "or leave it unset to have one generated."
        )


def _kept_key(path: Path) -> str:
    """The key in `path`, generated on the first call; safe when several processes start at once."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise ConfigError(f"DATA_DIR must be a folder we can write: {error}.") from error
