"""Settings are data, and a bad one stops the start with a sentence that names it."""

import stat

import pytest

from webapp import config

BAD = [
    ({"PORT": "eighty"}, "PORT must be a whole number, not 'eighty'."),
    ({"PORT": "0"}, "PORT must be at least 1, not 0."),
    ({"PORT": "70000"}, "PORT must be at most 65535, not 70000."),
    ({"REFRESH_S": "nan"}, "REFRESH_S must be a number, not 'nan'."),
    ({"CHECK_PRIVATE_ADDRESSES": "maybe"}, "CHECK_PRIVATE_ADDRESSES must be true or false"),
    ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR."),
    ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must start with"),
    ({"REDIS_URL": "http://x"}, "REDIS_URL must start with"),
    ({"PUBLIC_URL": "example.org"}, "PUBLIC_URL must start with"),
]


@pytest.mark.parametrize(
    ("environ", "sentence"),
    BAD,
    ids=[next(iter(b[0])) + "=" + next(iter(b[0].values())) for b in BAD],
)
def test_a_bad_setting_is_named(environ, sentence):
    with pytest.raises(config.ConfigError) as refused:
        config.load(environ)
    assert str(refused.value).startswith(sentence)


def test_without_any_setting_it_is_sqlite_and_an_embedded_redis_under_the_data_folder(tmp_path):
    settings = config.load({"DATA_DIR": str(tmp_path)})
    assert settings.sqlalchemy_url == f"sqlite:///{tmp_path}/watchkeeper.db"
    assert settings.broker_url == f"unix://{tmp_path}/run/redis.sock"
    assert settings.base_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_postgresql_url_gets_the_driver(scheme):
    settings = config.load({"DATABASE_URL": f"{scheme}://u@h/d"})
    assert settings.sqlalchemy_url == "postgresql+psycopg://u@h/d"


def test_keys_are_generated_once_and_only_their_owner_may_read_them(tmp_path):
    settings = config.load({"DATA_DIR": str(tmp_path / "new")})
    first, second = config.with_keys(settings), config.with_keys(settings)
    assert first.secret_key == second.secret_key
    assert first.secret_key != first.encryption_key
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600
    assert {p.name for p in (tmp_path / "new").iterdir()} == {"secret_key", "encryption_key"}


@pytest.mark.parametrize("weak", ["secret", "a" * 64, "changeme" * 2])
def test_a_weak_key_is_refused(weak, tmp_path):
    settings = config.load({"DATA_DIR": str(tmp_path), "SECRET_KEY": weak})
    with pytest.raises(config.ConfigError, match="SECRET_KEY is too weak"):
        config.with_keys(settings)


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(config.ConfigError, match="DATA_DIR must be a folder we can write"):
        config.with_keys(config.load({"DATA_DIR": str(tmp_path / "file" / "below")}))


def test_every_setting_has_help_and_a_default_within_its_own_bounds():
    for setting in config.SETTINGS:
        assert setting.help.endswith("."), setting.name
        if setting.low is not None:
            assert setting.low <= setting.default <= setting.high, setting.name
