"""Options: what is refused, in one sentence, and where they come from."""

import pytest

from webapp.agent.options import BadOption, read_options

URL = ["--url", "https://watchkeeper.example"]
TOKEN = {"WATCHKEEPER_TOKEN": "wk_secret"}


def test_a_url_and_a_token_are_enough():
    options = read_options(URL, TOKEN, "web-1")
    assert options.url == "https://watchkeeper.example"
    assert options.read_token() == "wk_secret"
    assert (options.host, options.interval_s, options.spool_mb) == ("web-1", 1, 50)


def test_the_environment_says_the_same_as_the_command_line(tmp_path):
    token = tmp_path / "token"
    token.write_text("wk_secret\n")
    environ = {
        "WATCHKEEPER_URL": "http://10.0.0.1:8000/",
        "WATCHKEEPER_TOKEN_FILE": str(token),
        "WATCHKEEPER_HOST": "db-1",
        "WATCHKEEPER_INTERVAL": "10",
        "WATCHKEEPER_SPOOL": str(tmp_path / "spool"),
        "WATCHKEEPER_SPOOL_MB": "5",
        "WATCHKEEPER_CA_FILE": str(token),
    }
    options = read_options([], environ, "web-1")
    assert options.url == "http://10.0.0.1:8000"
    assert options.read_token() == "wk_secret"
    assert (options.host, options.interval_s, options.spool_mb) == ("db-1", 10, 5)
    assert options.spool == tmp_path / "spool"
    assert options.ca_file == token


def test_the_command_line_wins():
    options = read_options([*URL, "--interval", "30"], TOKEN | {"WATCHKEEPER_INTERVAL": "5"}, "a")
    assert options.interval_s == 30


def test_the_spool_is_where_systemd_says(tmp_path):
    environ = TOKEN | {"STATE_DIRECTORY": f"{tmp_path}/a:{tmp_path}/b"}
    assert read_options(URL, environ, "web-1").spool == tmp_path / "a"


@pytest.mark.parametrize(
    ("uid", "environ", "spool"),
    [
        (0, {}, "/var/lib/watchkeeper-agent"),
        (1000, {"XDG_STATE_HOME": "/home/a/state"}, "/home/a/state/watchkeeper-agent"),
    ],
)
def test_without_systemd_the_spool_is_roots_or_ones_own(monkeypatch, uid, environ, spool):
    monkeypatch.setattr("webapp.agent.options.os.geteuid", lambda: uid)
    assert str(read_options(URL, TOKEN | environ, "web-1").spool) == spool


def test_a_new_token_in_the_file_is_read_without_restart(tmp_path):
    token = tmp_path / "token"
    token.write_text("old")
    options = read_options([*URL, "--token-file", str(token)], {}, "web-1")
    token.write_text("new")
    assert options.read_token() == "new"


@pytest.mark.parametrize(
    ("arguments", "environ", "named"),
    [
        ([], TOKEN, "--url"),
        (["--url", "watchkeeper.example"], TOKEN, "--url"),
        (["--url", "ftp://watchkeeper.example"], TOKEN, "--url"),
        (["--url", "https://u:p@watchkeeper.example"], TOKEN, "--url"),
        (["--url", "https://watchkeeper.example:port"], TOKEN, "--url"),
        (["--url", "https://[bad"], TOKEN, "--url"),
        (URL, {}, "WATCHKEEPER_TOKEN"),
        ([*URL, "--interval", "0"], TOKEN, "--interval"),
        ([*URL, "--interval", "1.5"], TOKEN, "--interval"),
        ([*URL, "--interval", "3601"], TOKEN, "--interval"),
        ([*URL, "--spool-mb", "0"], TOKEN, "--spool-mb"),
        ([*URL, "--host", " "], TOKEN, "--host"),
        ([*URL, "--host", "a" * 256], TOKEN, "--host"),
        ([*URL, "--host", "a\nb"], TOKEN, "--host"),
        ([*URL, "--host", "a/b"], TOKEN, "--host"),
        ([*URL, "--host", ".."], TOKEN, "--host"),
        ([*URL, "--ca-file", "/nowhere.pem"], TOKEN, "--ca-file"),
        ([*URL, "--token-file", "/nowhere"], {}, "token file"),
        ([*URL, "--token-file", "/dev/null"], {}, "empty"),
    ],
)
def test_a_bad_option_is_named(arguments, environ, named):
    with pytest.raises(BadOption, match=named):
        read_options(arguments, environ, "web-1")


def test_there_is_no_way_to_put_the_token_where_every_user_sees_it(capsys):
    with pytest.raises(SystemExit):
        read_options([*URL, "--token", "wk_secret"], {}, "web-1")
