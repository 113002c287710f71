"""/api/monitoring/alerts/."""

import pytest

from tests.alerts.makers import channel, route
from tests.statements import count_statements
from webapp.core.db import db

BASE = "/api/monitoring/alerts/"
FIELDS = {
    "id", "title", "description", "severity", "status", "source", "created_at", "updated_at",
    "resolved_at", "key", "host", "service", "tags", "recurring_issue_id", "status_since_at",
    "acknowledged_until_at",
}  # fmt: skip
GIVEN = {"title": "Backup failed", "severity": "critical", "host": "db-1", "tags": {"team": "db"}}


@pytest.fixture
def post(client, write_token):
    return lambda path, **body: client.post(path, json=body, headers=write_token)


@pytest.fixture
def made(app, post):
    with app.app_context():
        route(channel())
        db.session.commit()
    return post(BASE, **GIVEN).json["id"]


def test_one_lives_from_post_to_delete(client, made, write_token, read_token):
    path = f"{BASE}{made}/"
    read = client.get(path, headers=read_token).json
    assert set(read) == FIELDS | {"transitions", "notifications", "reasons"}
    assert (read["status"], read["source"], read["severity"]) == ("active", "api", "critical")
    assert [n["news"] for n in read["notifications"]] == ["firing"]
    changed = client.put(path, json={"title": "No backup"}, headers=write_token)
    assert (changed.status_code, changed.json["title"]) == (200, "No backup")
    assert client.delete(path, headers=write_token).status_code == 204
    assert client.get(path, headers=read_token).status_code == 404


def test_the_same_trouble_is_one_alert_until_it_is_over(client, made, post):
    assert post(BASE, **GIVEN).json["id"] == made
    assert post(BASE, **GIVEN | {"key": "other"}).json["id"] != made
    post(f"{BASE}{made}/resolve/")
    assert post(BASE, **GIVEN).json["id"] != made


def test_steps_are_taken_by_routes_of_their_own_and_by_put(client, made, post, write_token):
    path = f"{BASE}{made}/"
    assert post(f"{path}acknowledge/", note="On it", for_s=60).json["status"] == "acknowledged"
    assert post(f"{path}unacknowledge/").json["status"] == "active"
    put = client.put(path, json={"status": "acknowledged", "note": "Me"}, headers=write_token)
    assert put.json["status"] == "acknowledged"
    assert post(f"{path}resolve/").json["resolved_at"] is not None
    verbs = [t["verb"] for t in client.get(path, headers=write_token).json["transitions"]]
    assert verbs == ["raise", "acknowledge", "unacknowledge", "acknowledge", "resolve"]


def test_a_step_that_is_not_legal_is_a_conflict(made, post):
    assert post(f"{BASE}{made}/dismiss/").status_code == 200
    refused = post(f"{BASE}{made}/acknowledge/")
    assert refused.status_code == 409
    assert refused.json["detail"].startswith("This alert is dismissed; only one that is active")


def test_a_list_is_filtered_and_paged(client, made, post, read_token):
    for number in range(3):
        post(BASE, title=f"Disk {number}", severity="warning", source="cron")
    post(f"{BASE}{made}/resolve/")

    def total(query):
        return client.get(f"{BASE}?{query}", headers=read_token).json["total"]

    assert total("") == 4
    assert [total("is_open=true"), total("is_open=false"), total("status=resolved")] == [3, 1, 1]
    assert [total("severity=warning"), total("source=cron"), total("source=none")] == [3, 3, 0]
    assert [total("from=2020-01-01T00:00:00Z"), total("to=2020-01-01T00:00:00Z")] == [4, 0]
    page = client.get(f"{BASE}?page=2&page_size=3", headers=read_token).json
    assert (len(page["items"]), page["total"]) == (1, 4)
    assert set(page["items"][0]) == FIELDS


REFUSED = [
    ({}, "title"),
    ({"title": ""}, "title"),
    ({"title": "x" * 256}, "title"),
    ({"title": "x", "severity": "bad"}, "severity"),
    ({"title": "x", "tags": {"a": 1}}, "tags.a"),
    ({"title": "x", "status": "active"}, "status"),
]


@pytest.mark.parametrize(("body", "field"), REFUSED)
def test_what_makes_no_sense_is_refused_with_the_field(post, body, field):
    refused = post(BASE, **body)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_a_reader_changes_nothing(client, made, read_token):
    path = f"{BASE}{made}/"
    for call, where in (
        (client.post, BASE),
        (client.put, path),
        (client.delete, path),
        *((client.post, f"{path}{verb}/") for verb in ("acknowledge", "resolve", "dismiss")),
    ):
        assert call(where, json={}, headers=read_token).status_code == 403
    assert client.get(path).status_code == 401


def test_a_page_costs_few_statements_however_many_alerts(app, client, made, post, read_token):
    for number in range(20):
        post(BASE, title=f"Disk {number}")
    with count_statements(app) as statements:
        client.get(BASE, headers=read_token)
    assert len(statements) <= 4, statements
