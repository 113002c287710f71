"""What a heartbeat is called in its URL. Pure."""

import re
import unicodedata

OTHERS = re.compile(r"[^a-z0-9._-]+")
LONGEST = 80


def nickname(name: str, otherwise: str) -> str:
    """`name` in letters, digits and hyphens, or `otherwise` when nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    found = OTHERS.sub("-", plain)[:LONGEST].strip("-._")
    return found or otherwise
