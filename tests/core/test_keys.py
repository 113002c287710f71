"""Keys are made once, readable by their owner alone, and weak ones are refused."""

import stat

import pytest

from webapp import config
from webapp.core import keys


def test_keys_are_generated_once_and_only_their_owner_may_read_them(tmp_path):
    settings = config.load({"DATA_DIR": str(tmp_path / "new")})
    first, second = keys.with_keys(settings), keys.with_keys(settings)
    assert first.secret_key == second.secret_key
    assert first.secret_key != first.encryption_key
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600
    assert {p.name for p in (tmp_path / "new").iterdir()} == {"secret_key", "encryption_key"}


@pytest.mark.parametrize("weak", ["secret", "a" * 64, "changeme" * 2])
def test_a_weak_key_is_refused(weak, tmp_path):
    settings = config.load({"DATA_DIR": str(tmp_path), "SECRET_KEY": weak})
    with pytest.raises(config.ConfigError, match="SECRET_KEY is too weak"):
        keys.with_keys(settings)


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(config.ConfigError, match="DATA_DIR must be a folder we can write"):
        keys.with_keys(config.load({"DATA_DIR": str(tmp_path / "file" / "below")}))
