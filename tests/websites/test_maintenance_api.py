"""/api/monitoring/maintenance-windows/."""

from datetime import timedelta

import pytest

from tests.websites.makers import website
from webapp.core import clock
from webapp.core.db import db

BASE = "/api/monitoring/maintenance-windows/"


@pytest.fixture
def made(app):
    with app.app_context():
        one = website().id
        website(2)
        db.session.commit()
        return one


def ahead(minutes):
    return (clock.now() + timedelta(minutes=minutes)).isoformat()


def test_it_is_planned_read_and_ended(client, made, write_token, read_token):
    given = {"website_id": made, "starts_at": ahead(0), "ends_at": ahead(60), "note": "disks"}
    created = client.post(BASE, json=given, headers=write_token)
    assert created.status_code == 201
    body = created.get_json()
    assert (body["website_id"], body["note"]) == (made, "disks")
    of_all = {"starts_at": ahead(10), "ends_at": ahead(60)}
    assert client.post(BASE, json=of_all, headers=write_token).get_json()["website_id"] is None
    listed = client.get(BASE, headers=read_token).get_json()
    assert (listed["total"], listed["items"][1]) == (2, body)
    other = client.get(BASE, query_string={"website_id": made + 1}, headers=read_token).get_json()
    assert other["total"] == 1
    one = f"{BASE}{body['id']}/"
    assert client.get(one, headers=read_token).get_json() == body
    website_now = client.get(f"/api/monitoring/websites/{made}/", headers=read_token).get_json()
    assert website_now["status"] == "UNKNOWN"
    assert client.delete(one, headers=write_token).status_code == 204
    assert client.delete(one, headers=write_token).status_code == 409


def test_one_that_has_not_begun_is_gone_when_called_off(client, made, write_token):
    given = {"starts_at": ahead(10), "ends_at": ahead(60)}
    one = client.post(BASE, json=given, headers=write_token).get_json()["id"]
    assert client.delete(f"{BASE}{one}/", headers=write_token).status_code == 204
    assert client.get(f"{BASE}{one}/", headers=write_token).status_code == 404


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"starts_at": "2026-01-01T00:00:00Z"}, "starts_at"),
        ({"ends_at": "2026-01-01T00:00:00Z"}, "ends_at"),
        ({"website_id": 999}, "website_id"),
        ({"website_id": "all"}, "website_id"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_what_makes_no_sense_is_refused(client, made, write_token, changed, field):
    given = {"starts_at": ahead(1), "ends_at": ahead(60)} | changed
    refused = client.post(BASE, json=given, headers=write_token)
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == field
