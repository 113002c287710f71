"""Reading the SQLite file of an Uptime Kuma; the tests write such files themselves."""

import sqlite3
from contextlib import closing

import pytest

from tests.websites.transfer.kuma_files import create_v1, create_v2
from webapp.websites.transfer import entries, kuma, kuma_file
from webapp.websites.transfer.document import Unreadable


def test_a_file_of_version_2_is_read_with_tags_proxies_and_counts(tmp_path):
    tables = kuma_file.read(create_v2(tmp_path / "kuma.db"))
    assert [row["name"] for row in tables.monitors] == ["Shops", "Shop", "Gateway", "Backup"]
    assert tables.tags == {2: ["prod", "team: web"]}
    assert tables.proxies[1]["host"] == "proxy.example"
    assert tables.counts == {
        "notifications": 1, "status pages": 1, "maintenance": 0, "incidents": 0,
    }  # fmt: skip
    found = kuma.findings(tables)
    assert [e.url for e in entries.accepted(found.websites)] == [
        "https://shop.example/",
        "heartbeat://backup-4",
    ]


def test_a_file_of_an_early_version_1_is_read_though_it_lacks_most_columns(tmp_path):
    found = kuma.findings(kuma_file.read(create_v1(tmp_path / "kuma.db")))
    website = entries.accepted(found.websites)[0]
    assert (website.url, website.timeout, website.options.keyword) == (
        "http://old.example/", 16, "hello",
    )  # fmt: skip
    assert found.websites[0].left_out == []


def test_the_file_is_left_as_it_is_and_nothing_is_put_beside_it(tmp_path):
    path = create_v2(tmp_path / "kuma.db")
    before = path.read_bytes()
    kuma_file.read(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["kuma.db"]


def test_what_is_still_in_the_journal_of_a_running_kuma_is_read(tmp_path):
    path = create_v2(tmp_path / "kuma.db")
    with closing(sqlite3.connect(path)) as running:
        running.execute("PRAGMA journal_mode = WAL")
        running.execute("UPDATE monitor SET name = 'Renamed' WHERE id = 2")
        running.commit()
        assert kuma_file.read(path).monitors[1]["name"] == "Renamed"


def statements(*texts):
    def create(path):
        with closing(sqlite3.connect(path)) as file:
            file.executescript(";".join(texts))

    return create


ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    " SELECT i AS id, i AS type FROM n"
)
GARBAGE = b"not a database at all, but long enough to look like one"
REFUSED = [
    (lambda path: path.write_bytes(GARBAGE), "not a"),
    (lambda path: path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000), "not a"),
    (statements("CREATE TABLE other (id)"), "no table of monitors"),
    (statements(f"CREATE VIEW monitor AS {ENDLESS}"), "no table of monitors"),
    (
        statements("CREATE TABLE monitor (id)", "INSERT INTO monitor VALUES (1)"),
        "not one of Uptime",
    ),
    (
        statements(
            "CREATE TABLE n (i)",
            "CREATE TABLE monitor (id, type)",
            f"INSERT INTO monitor SELECT * FROM ({ENDLESS} LIMIT 50001)",
        ),
        "more than 50000 rows",
    ),
    (
        statements(
            "CREATE TABLE monitor (id, type, body)",
            "INSERT INTO monitor VALUES (1, 'http', zeroblob(6000000))",
        ),
        "not a readable",
    ),
]


@pytest.mark.parametrize(("create", "said"), REFUSED)
def test_what_is_no_such_file_is_refused(tmp_path, create, said):
    path = tmp_path / "x.db"
    create(path)
    with pytest.raises(Unreadable) as refused:
        kuma_file.read(path)
    assert said.lower() in str(refused.value).lower()


def test_text_that_is_not_utf_8_and_odd_types_are_no_reason_to_fail(tmp_path):
    path = create_v2(tmp_path / "kuma.db")
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE monitor SET name = CAST(x'ff41' AS TEXT) WHERE id = 2")
        file.commit()
    assert kuma_file.read(path).monitors[1]["name"] == "\ufffdA"
