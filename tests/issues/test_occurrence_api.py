"""Faults, overloads and operational issues as JSON."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from webapp.core import clock
from webapp.core.db import db
from webapp.issues import receiving
from webapp.issues.models import RecurringIssue

PREFIX = "/api/monitoring"
FAULT = {"error_code": "DB_CONNECTION_FAIL", "description": "connection refused"}
OVERLOAD = {"component_name": "DB", "cpu_percent": 97.5, "ram_percent": 40, "host": "db1"}
OPERATIONAL = {
    "name": "TMDB API Timeout",
    "task": "colombia_com_download_task",
    "error_message": "Connection timed out after 30 seconds",
    "traceback": "Traceback (most recent call last):\n  ...",
    "context": {"movie_name": "Avatar", "theater_id": 5},
    "severity": "error",
}
KINDS = [("faults", FAULT), ("overloads", OVERLOAD), ("operational-issues", OPERATIONAL)]


@pytest.mark.parametrize(("kind", "body"), KINDS)
def test_one_that_is_reported_is_there_at_once_and_belongs_to_an_issue(
    client, write_token, kind, body
):
    answer = client.post(f"{PREFIX}/{kind}/", json=body, headers=write_token)
    assert answer.status_code == 201, answer.text
    row = answer.json
    assert body.items() <= row.items()
    assert row["recurring_issue_id"] > 0
    read = client.get(f"{PREFIX}/{kind}/{row['id']}/", headers=write_token)
    assert read.json == row
    listed = client.get(f"{PREFIX}/{kind}/", headers=write_token).json
    assert (listed["items"], listed["total"]) == ([row], 1)


def test_the_same_reported_again_is_another_row_of_the_same_issue(client, write_token):
    ids = {"id": set(), "recurring_issue_id": set()}
    for _ in range(2):
        row = client.post(f"{PREFIX}/faults/", json=FAULT, headers=write_token).json
        for name, found in ids.items():
            found.add(row[name])
    assert (len(ids["id"]), len(ids["recurring_issue_id"])) == (2, 1)


def test_what_is_reported_twice_with_one_origin_is_there_once(client, write_token):
    body = OPERATIONAL | {"origin": "job:1"}
    first, second = (
        client.post(f"{PREFIX}/operational-issues/", json=body, headers=write_token).json
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize(("kind", "body"), KINDS)
def test_a_wrong_field_is_named_and_nothing_is_stored(client, write_token, kind, body):
    for change in ({"severity": "awful"}, {"nonsense": 1}, {"host": ""}):
        answer = client.post(f"{PREFIX}/{kind}/", json=body | change, headers=write_token)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json["errors"]] == list(change)
    assert client.get(f"{PREFIX}/{kind}/", headers=write_token).json["total"] == 0


def test_a_viewer_reads_and_does_not_report(client, read_token):
    assert client.get(f"{PREFIX}/faults/", headers=read_token).status_code == 200
    answer = client.post(f"{PREFIX}/faults/", json=FAULT, headers=read_token)
    assert answer.status_code == 403


def test_there_may_be_none_of_that_number(client, read_token):
    for kind, _ in KINDS:
        assert client.get(f"{PREFIX}/{kind}/7/", headers=read_token).status_code == 404
        big = client.get(f"{PREFIX}/{kind}/{10**30}/", headers=read_token)
        assert big.status_code == 404


def days_ago(days: int) -> str:
    return (clock.now() - timedelta(days=days)).isoformat()


@pytest.fixture
def filed(client, write_token):
    """Some operational issues, faults and overloads."""
    for kind, body in (
        ("operational-issues", OPERATIONAL | {"host": "web1"}),
        (
            "operational-issues",
            {"name": "Scrape", "task": "save_showtimes", "error_message": "no dates in page",
             "severity": "warning", "created_at": days_ago(3)},
        ),
        ("faults", FAULT),
        ("faults", {"error_code": "DISK_FULL", "description": "no room", "severity": "critical"}),
        ("overloads", OVERLOAD),
        ("overloads", {"component_name": "API", "value": 900, "unit": "requests"}),
    ):  # fmt: skip
        answer = client.post(f"{PREFIX}/{kind}/", json=body, headers=write_token)
        assert answer.status_code == 201, answer.text


NARROWED = [
    ("operational-issues/?severity=warning", ["Scrape"]),
    ("operational-issues/?task=colombia_com_download_task", ["TMDB API Timeout"]),
    ("operational-issues/?host=web1", ["TMDB API Timeout"]),
    ("operational-issues/?search=timed+out", ["TMDB API Timeout"]),
    ("operational-issues/?search=scra", ["Scrape"]),
    ("operational-issues/?search='%22--", ["TMDB API Timeout", "Scrape"]),
    ("operational-issues/?to={}", ["Scrape"]),
    ("operational-issues/?from={}", ["TMDB API Timeout"]),
    ("operational-issues/?page_size=1", ["TMDB API Timeout"]),
    ("operational-issues/?page_size=1&page=2", ["Scrape"]),
    ("faults/?error_code=DISK_FULL", ["DISK_FULL"]),
    ("faults/?severity=error", ["DB_CONNECTION_FAIL"]),
    ("faults/?search=refused", ["DB_CONNECTION_FAIL"]),
    ("overloads/?component_name=DB", ["DB"]),
    ("overloads/?search=requests", ["API"]),
    ("overloads/?host=db1", ["DB"]),
]


@pytest.mark.usefixtures("filed")
def test_lists_are_narrowed(client, read_token):
    for path, names in NARROWED:
        narrowed = path.format(quote(days_ago(2)))
        answer = client.get(f"{PREFIX}/{narrowed}", headers=read_token).json
        kinds = ("name", "error_code", "component_name")
        found = [next(item[k] for k in kinds if k in item) for item in answer["items"]]
        assert found == names, path
        assert answer["total"] == (2 if "page_size" in path else len(names)), path


WRONG_FILTERS = [
    ("severity=bad", "severity"),
    ("from=yesterday", "from"),
    ("from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z", "to"),
    ("page_size=1000", "page_size"),
    ("recurring_issue_id=x", "recurring_issue_id"),
    ("colour=red", "colour"),
]


def test_a_wrong_filter_is_named(client, read_token):
    for query, field in WRONG_FILTERS:
        answer = client.get(f"{PREFIX}/faults/?{query}", headers=read_token)
        assert answer.status_code == 422
        assert answer.json["errors"][0]["field"] == field


def test_secrets_are_not_stored(client, write_token):
    body = OPERATIONAL | {"context": {"db": {"password": "hunter2"}}}
    row = client.post(f"{PREFIX}/operational-issues/", json=body, headers=write_token).json
    assert "hunter2" not in str(row["context"])


def test_an_overload_says_in_words_what_is_overloaded(app, client, write_token):
    client.post(f"{PREFIX}/overloads/", json=OVERLOAD, headers=write_token)
    with app.app_context():
        message = db.session.scalar(db.select(RecurringIssue.message))
    assert message == "DB is overloaded: CPU 97.5 %, RAM 40 %"


def test_what_is_sent_together_waits_until_it_is_digested(app, client, write_token):
    batch = [FAULT | {"kind": "fault"}, OPERATIONAL | {"kind": "operational"}]
    answer = client.post(f"{PREFIX}/occurrences/", json=batch, headers=write_token)
    assert (answer.status_code, answer.json) == (202, {"accepted": 2, "refused": []})
    assert client.get(f"{PREFIX}/faults/", headers=write_token).json["total"] == 0
    with app.app_context():
        assert receiving.digest_received(clock.now()) == 2
    assert client.get(f"{PREFIX}/faults/", headers=write_token).json["total"] == 1


def test_what_was_counted_before_and_not_kept_is_told(app, client, write_token):
    batch = [OPERATIONAL | {"kind": "operational", "origin": f"job:{n}"} for n in range(101)]
    client.post(f"{PREFIX}/occurrences/", json=batch, headers=write_token)
    with app.app_context():
        receiving.digest_received(clock.now())
    body = OPERATIONAL | {"origin": "job:100"}
    answer = client.post(f"{PREFIX}/operational-issues/", json=body, headers=write_token)
    assert answer.status_code == 409
    assert "counted before" in answer.json["detail"]
