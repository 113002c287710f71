"""What was uploaded, kept until somebody agrees to it."""

import pytest

from webapp.websites.transfer import uploads
from webapp.websites.transfer.document import Unreadable
from webapp.websites.transfer.entries import Entry


@pytest.fixture
def upload():
    secrets = {"token": "hush", "password": None}
    entries = [Entry(url="https://a.example", secrets=secrets), Entry(url="heartbeat://b")]
    return uploads.Upload(entries, ["Something was left out."], prune=True)


@pytest.mark.usefixtures("context")
class TestKeep:
    def test_it_comes_back_as_it_was_null_secrets_included(self, upload):
        kept = uploads.kept(uploads.keep(upload))
        assert kept == upload
        assert kept.entries[0].secrets.model_fields_set == {"token", "password"}
        assert kept.entries[1].secrets is None

    def test_it_is_encrypted_and_ends_by_itself(self, app, upload):
        redis, name = app.extensions["redis"], uploads.keep(upload)
        assert b"hush" not in redis.get(uploads.KEY + name)
        assert 0 < redis.ttl(uploads.KEY + name) <= uploads.KEPT_S

    def test_once_forgotten_or_never_known_it_is_nothing(self, upload):
        name = uploads.keep(upload)
        uploads.forget(name)
        assert uploads.kept(name) is None
        assert uploads.kept("no-such-name") is None


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "given"
    path.write_bytes(b"\xef\xbb\xbfversion: 1\nwebsites: [{url: 'https://a.example/'}]")
    assert [e.url for e in uploads.from_yaml(path).entries] == ["https://a.example/"]


def test_a_file_that_is_too_large_is_not_even_read(tmp_path):
    path = tmp_path / "given"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(Unreadable, match="too large"):
        uploads.from_yaml(path)
