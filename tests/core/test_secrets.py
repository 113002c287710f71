"""Secrets at rest: unreadable without the key, readable after the key was rotated."""

import pytest

from webapp import config
from webapp.core import secrets

OLD, NEW = ("old-key-0123456789-abcdefghijklmnop", "new-key-9876543210-ponmlkjihgfedcba")


def use_key(app, monkeypatch, key):
    settings = config.Settings(encryption_key=key)
    monkeypatch.setitem(app.extensions, "settings", settings)


def test_a_secret_is_read_back_and_not_seen_in_what_is_stored(context):
    sealed = secrets.encrypt("hunter2 in Zürich")
    assert b"hunter2" not in sealed
    assert secrets.decrypt(sealed) == "hunter2 in Zürich"


def test_a_rotated_key_still_reads_what_the_old_one_wrote(context, monkeypatch):
    use_key(context, monkeypatch, OLD)
    sealed = secrets.encrypt("text")
    use_key(context, monkeypatch, f"{NEW}, {OLD}")
    assert secrets.decrypt(sealed) == "text"


def test_a_lost_key_is_said_in_one_sentence(context, monkeypatch):
    use_key(context, monkeypatch, OLD)
    sealed = secrets.encrypt("text")
    use_key(context, monkeypatch, NEW)
    with pytest.raises(secrets.SecretUnreadable, match="ENCRYPTION_KEY does not fit"):
        secrets.decrypt(sealed)


def test_tokens_differ_and_their_hash_tells_nothing_of_them():
    one, other = secrets.new_token("wk"), secrets.new_token("wk")
    assert one != other
    assert one.startswith("wk_")
    assert one[3:] not in secrets.hash_token(one)
    assert secrets.hash_token(one) == secrets.hash_token(one)
