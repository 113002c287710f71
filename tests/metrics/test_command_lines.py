"""Command lines that may be kept."""

import pytest

from webapp.metrics.command_lines import HIDDEN, LONGEST, shown_command

SHOWN = [
    ("a kernel's own thread", "", ""),
    ("a plain one", "sleep\0" + "60\0", "sleep 60"),
    ("one that wrote its own title", "postgres: walwriter\0\0\0", "postgres: walwriter"),
    (
        "harmless flags",
        "nginx\0-c\0/etc/nginx.conf\0--port\0" + "80\0",
        "nginx -c /etc/nginx.conf --port 80",
    ),
    ("a path that names a key", "cat\0/etc/token/readme\0", "cat /etc/token/readme"),
]


@pytest.mark.parametrize(("told", "expected"), [c[1:] for c in SHOWN], ids=[c[0] for c in SHOWN])
def test_what_is_no_secret_is_shown(told, expected):
    assert shown_command(told) == expected


SECRETS = [
    "app --password hunter2",
    "app --password=hunter2",
    "app --db-password hunter2 --port 5",
    "app -password hunter2",
    "app --API-KEY=hunter2",
    "app --api_key hunter2",
    "app --token hunter2",
    "app --auth-token=hunter2",
    "app --client-secret hunter2",
    "app --credentials hunter2",
    "env PGPASSWORD=hunter2 psql",
    "env SECRET_KEY=hunter2 app",
    "app postgresql://user:hunter2@db/name",
    "app redis://:hunter2@cache:6379/0",
    "curl https://x.example/?a=1&token=hunter2",
    "curl -u name:hunter2 https://x.example/",
    "curl -uname:hunter2 https://x.example/",
    "curl -H 'Authorization: hunter2' https://x.example/",
    "curl -H X-Key:hunter2",
    "wget --header=Authorization: Bearer hunter2",
    "app Authorization: Bearer hunter2",
    "mysql -uroot -phunter2 shop",
    "/usr/bin/mysqldump -phunter2",
    "sh -c mysql -phunter2",
    "sshpass -p hunter2 ssh host",
    "redis-cli -a hunter2 ping",
    "redis-cli --pass hunter2",
    "7z a -phunter2 x.7z",
    "zip -P hunter2 x.zip",
    "java -Djdbc.password=hunter2 -jar x.jar",
    "app --config password:hunter2",
]


@pytest.mark.parametrize("words", SECRETS)
@pytest.mark.parametrize("apart", ["\0", " "], ids=["as the kernel has it", "as one word"])
def test_a_secret_is_never_shown(words, apart):
    shown = shown_command(words.replace(" ", apart))
    assert "hunter2" not in shown
    assert HIDDEN in shown
    assert shown.split()[0] == words.split()[0]


def test_what_stands_after_a_secret_is_shown():
    assert shown_command("app --password x --port 5").endswith("--port 5")


def test_a_long_line_is_cut():
    assert shown_command("a " * 50) == "a a a a a a a a …"
    assert len(shown_command("x" * 500)) == LONGEST
