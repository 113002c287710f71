"""/api/monitoring/channels/, routes/ and silences/."""

import pytest

from tests.alerts.makers import free_port
from webapp.alerts.models import Channel
from webapp.alerts.signing import headers
from webapp.core.db import db

CHANNELS, ROUTES, SILENCES = (
    f"/api/monitoring/{name}/" for name in ("channels", "routes", "silences")
)
HOOK = {"name": "Team", "kind": "webhook", "url": "https://hooks.example/secret-path?key=abc"}
LATER = "2099-01-01T00:00:00Z"


@pytest.fixture
def call(client, write_token):
    def call(method, path, body=None):
        return client.open(path, method=method, json=body, headers=write_token)

    return call


@pytest.fixture
def team(call):
    return call("POST", CHANNELS, HOOK).json["id"]


def test_the_address_of_a_channel_is_encrypted_and_never_told(app, call):
    made = call("POST", CHANNELS, HOOK)
    assert made.status_code == 201
    assert made.json["hint"] == "https://hooks.example…"
    assert headers(made.json["signing_key"], "msg_1", 1, b"")
    listed = call("GET", CHANNELS)
    for answer in (made, listed, call("PUT", f"{CHANNELS}{made.json['id']}/", {"name": "Us"})):
        assert b"secret-path" not in answer.data
    assert "signing_key" not in listed.json["items"][0]
    with app.app_context():
        raw = db.session.connection().exec_driver_sql("SELECT url FROM channels").scalar()
        assert b"secret-path" not in bytes(raw)
        assert db.session.query(Channel).one().url == HOOK["url"]


WRONG = [
    (HOOK | {"url": "ftp://hooks.example/"}, "url"),
    (HOOK | {"kind": "apprise", "url": "nothing://that.is.known"}, "url"),
    (HOOK | {"name": ""}, "name"),
    (HOOK | {"fallback_id": 999}, "fallback_id"),
    (HOOK | {"title_template": "$nobody did it"}, "title_template"),
    (HOOK | {"title_template": "costs 5$"}, "title_template"),
]


@pytest.mark.parametrize(("body", "field"), WRONG)
def test_a_channel_that_could_not_work_is_refused_with_the_field(call, body, field):
    refused = call("POST", CHANNELS, body)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]
    assert call("GET", CHANNELS).json["total"] == 0


def test_two_channels_have_two_names(call, team):
    assert call("POST", CHANNELS, HOOK).status_code == 422


def test_a_channel_is_tested_changed_and_deleted(call):
    url = f"http://127.0.0.1:{free_port()}/"
    made = call("POST", CHANNELS, HOOK | {"url": url}).json["id"]
    assert "connect" in call("POST", f"{CHANNELS}{made}/test/").json["error"]
    paused = call("PUT", f"{CHANNELS}{made}/", {"is_active": False}).json
    assert (paused["is_active"], paused["name"]) == (False, "Team")
    assert call("DELETE", f"{CHANNELS}{made}/").status_code == 204
    assert call("DELETE", f"{CHANNELS}{made}/").status_code == 404


def test_a_route_says_whom_it_tells_and_a_trial_says_why(call, team):
    made = call(
        "POST",
        ROUTES,
        {"name": "Databases", "matchers": {"host": ["db-*"]}, "channel_ids": [team]},
    )
    assert made.status_code == 201
    assert made.json["channel_ids"] == [team]
    taken = call("POST", f"{ROUTES}try/", {"host": "db-1"}).json
    assert taken["channels"] == ["Team"]
    passed = call("POST", f"{ROUTES}try/", {"host": "web-1"}).json
    assert (passed["channels"], passed["looks"][0]["why_not"]) == ([], "its host is web-1")


def test_routes_are_tried_one_below_the_other(call, team):
    above = call("POST", ROUTES, {"name": "A"}).json["id"]
    below = call("POST", ROUTES, {"name": "B", "parent_id": above, "channel_ids": [team]}).json[
        "id"
    ]
    looks = call("POST", f"{ROUTES}try/", {}).json["looks"]
    assert [(look["path"], look["why_not"] is None) for look in looks] == [
        (["A", "B"], True),
        (["A"], False),
    ]
    refused = call("PUT", f"{ROUTES}{above}/", {"name": "A", "parent_id": below})
    assert refused.status_code == 422
    assert call("DELETE", f"{ROUTES}{above}/").status_code == 204
    assert call("GET", ROUTES).json["total"] == 0


WRONG_ROUTES = [
    ({"name": "x", "channel_ids": [999]}, "channel_ids"),
    ({"name": "x", "parent_id": 999}, "parent_id"),
    ({"name": "x", "wait_s": -1}, "wait_s"),
    ({"name": "x", "matchers": {"severities": ["bad"]}}, "matchers.severities.0"),
    (
        {
            "name": "x",
            "matchers": {
                "hours": {"zone": "Nowhere", "days": [0], "begins": "09:00", "ends": "10:00"}
            },
        },
        "matchers.hours.zone",
    ),
]


@pytest.mark.parametrize(("body", "field"), WRONG_ROUTES)
def test_a_route_that_makes_no_sense_is_refused_with_the_field(call, body, field):
    refused = call("POST", ROUTES, body)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_a_silence_holds_until_it_is_ended(call, team):
    call("POST", ROUTES, {"name": "All", "channel_ids": [team]})
    given = {"matchers": {"host": ["web-*"]}, "ends_at": LATER, "comment": "Works"}
    assert call("POST", SILENCES, given).status_code == 422  # longer than a year
    given["ends_at"] = call("GET", "/api/system/activity").json["events"][0]["created_at"]
    assert call("POST", SILENCES, given).status_code == 422  # over already
    soon = {"starts_at": "2098-12-31T00:00:00Z", **given, "ends_at": LATER}
    planned = call("POST", SILENCES, soon)
    assert planned.status_code == 201
    assert call("GET", SILENCES).json["total"] == 1
    assert call("DELETE", f"{SILENCES}{planned.json['id']}/").status_code == 204
    assert call("GET", SILENCES).json["total"] == 0


def test_a_reader_changes_nothing_and_sees_no_channel(client, team, read_token):
    for method, path in (
        ("GET", CHANNELS),
        ("POST", CHANNELS),
        ("PUT", f"{CHANNELS}{team}/"),
        ("DELETE", f"{CHANNELS}{team}/"),
        ("POST", f"{CHANNELS}{team}/test/"),
        ("POST", ROUTES),
        ("POST", SILENCES),
    ):
        assert client.open(path, method=method, json={}, headers=read_token).status_code == 403
    assert client.get(CHANNELS).status_code == 401
