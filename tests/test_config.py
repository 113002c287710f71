"""Settings are data, and a bad one stops the start with a sentence that names it."""

import os

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
    ({"HOST_NAME": "two\nlines"}, "HOST_NAME must be one line of up to 255 characters."),
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


def test_every_setting_has_help_and_a_default_within_its_own_bounds():
    for setting in config.SETTINGS:
        assert setting.help.endswith("."), setting.name
        if setting.low is not None:
            assert setting.low <= setting.default <= setting.high, setting.name


def test_a_machine_goes_by_the_name_that_was_set_or_by_its_own():
    assert config.load({"HOST_NAME": "web-1"}).own_host == "web-1"
    assert config.load({}).own_host == os.uname().nodename
