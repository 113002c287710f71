"""JSON: the normal path and the refusals, on both databases."""

import pytest

from tests.websites.makers import check, period, website
from webapp.core.db import db
from webapp.websites.models import MonitorStatus

BASE = "/api/monitoring/websites/"
URL = "http://example.org/"
FIELDS = {
    "id", "url", "name", "description", "check_interval", "timeout", "is_active", "status", "state",
    "created_at", "updated_at",
}  # fmt: skip
CHECK_FIELDS = {
    "id", "website_id", "status", "http_status_code", "http_method", "response_time_ms",
    "dns_time_ms", "connect_time_ms", "tls_time_ms", "ttfb_ms", "transfer_ms", "error_message",
    "checked_at", "created_at",
}  # fmt: skip


@pytest.fixture
def made(app):
    with app.app_context():
        one = website()
        check(one, 20, status=MonitorStatus.DOWN, http_status_code=None)
        check(one, 10)
        period(one, "DOWN", 2, 1)
        period(one, "UP", 1)
        db.session.commit()
        return one.id


def test_a_website_lives_from_post_to_delete(client, write_token, read_token):
    created = client.post(BASE, json={"url": "HTTP://Example.org"}, headers=write_token)
    assert created.status_code == 201
    body = created.get_json()
    assert set(body) >= FIELDS
    assert (body["url"], body["name"], body["status"]) == (URL, "example.org", "UNKNOWN")
    one = f"{BASE}{body['id']}/"
    changed = client.put(one, json={"check_interval": 5}, headers=write_token)
    assert (changed.status_code, changed.get_json()["check_interval"]) == (200, 5)
    read = client.get(one, headers=read_token).get_json()
    assert (read["check_interval"], read["name"]) == (5, "example.org")
    assert (read["uptime_percentage_24h"], read["last_check"]) == (None, None)
    assert client.delete(one, headers=write_token).status_code == 204
    assert client.get(one, headers=read_token).status_code == 404


def test_creating_is_idempotent_by_url(client, write_token):
    first = client.post(BASE, json={"url": URL, "timeout": 5}, headers=write_token)
    again = client.post(BASE, json={"url": URL, "timeout": 5}, headers=write_token)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    other = client.post(BASE, json={"url": URL, "timeout": 6}, headers=write_token)
    assert other.status_code == 409
    assert [e["field"] for e in other.get_json()["errors"]] == ["timeout"]


def test_the_list_has_pages_and_filters(app, client, read_token):
    with app.app_context():
        for number in range(3):
            website(number, name=f"n{number}", is_active=number > 0)
    page = client.get(f"{BASE}?page=2&page_size=2&order=name", headers=read_token).get_json()
    assert [w["name"] for w in page.pop("items")] == ["n2"]
    assert page == {"total": 3, "page": 2, "page_size": 2}
    active = client.get(f"{BASE}?active_only=true", headers=read_token).get_json()
    assert active["total"] == 2
    paused = client.get(f"{BASE}?state=paused&q=n0", headers=read_token).get_json()
    assert paused["total"] == 1


def test_the_checks_of_a_website_are_listed_newest_first(client, read_token, made):
    page = client.get(f"{BASE}{made}/checks/", headers=read_token).get_json()
    assert (page["total"], [c["status"] for c in page["items"]]) == (2, ["UP", "DOWN"])
    assert set(page["items"][0]) >= CHECK_FIELDS
    down = client.get(f"{BASE}{made}/checks/?status=DOWN", headers=read_token).get_json()
    assert down["total"] == 1
    at = page["items"][0]["checked_at"]
    assert (
        client.get(f"{BASE}{made}/checks/?from={at}", headers=read_token).get_json()["total"] == 1
    )
    assert client.get(f"{BASE}{made}/checks/?to={at}", headers=read_token).get_json()["total"] == 1


def test_a_website_comes_with_its_last_check_and_its_uptime(client, read_token, made):
    read = client.get(f"{BASE}{made}/", headers=read_token).get_json()
    assert read["last_check"]["status"] == "UP"
    assert 0 < read["uptime_percentage_24h"] < 100


def test_a_check_can_be_asked_for(client, write_token, made):
    answer = client.post(f"{BASE}{made}/check-now/", headers=write_token)
    assert answer.status_code == 202
    assert answer.get_json()["check_requested_at"] is not None
    client.put(f"{BASE}{made}/", json={"is_active": False}, headers=write_token)
    assert client.post(f"{BASE}{made}/check-now/", headers=write_token).status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("post", "", {"url": "nonsense"}, 422),
        ("post", "", {"url": URL, "surprise": 1}, 422),
        ("post", "", [], 422),
        ("put", "1/", {"timeout": "soon"}, 422),
        ("put", "99/", {"timeout": 5}, 404),
        ("delete", "99/", None, 404),
        ("get", "99/", None, 404),
        ("get", "99999999999999999999/", None, 404),
        ("get", "99/checks/", None, 404),
        ("get", "1/checks/?from=yesterday", None, 422),
        ("get", "1/checks/?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z", None, 422),
        ("get", "1/checks/?status=FINE", None, 422),
        ("get", "?page=0", None, 422),
        ("get", "?state=broken", None, 422),
        ("post", "99/check-now/", None, 404),
    ],
)
def test_a_bad_request_is_refused_and_changes_nothing(
    client, write_token, made, method, path, body, status
):
    before = client.get(f"{BASE}{made}/", headers=write_token).get_json()
    options = {} if body is None else {"json": body}
    answer = getattr(client, method)(BASE + path, headers=write_token, **options)
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    after = client.get(f"{BASE}{made}/", headers=write_token).get_json()
    windows = [(of, w) for of in ("uptime", "coverage") for w in ("24h", "7d", "30d", "90d")]
    moving = {f"{of}_percentage_{window}": 0 for of, window in windows}
    assert before | moving == after | moving
    assert client.get(BASE, headers=write_token).get_json()["total"] == 1


def test_a_token_that_may_only_read_changes_nothing(client, read_token, made):
    for method, path in (
        ("post", ""), ("put", f"{made}/"), ("delete", f"{made}/"), ("post", f"{made}/check-now/"),
    ):  # fmt: skip
        answer = getattr(client, method)(BASE + path, json={"url": URL}, headers=read_token)
        assert answer.status_code == 403
    assert client.get(BASE).status_code == 401


class TestOptions:
    BODY = {
        "url": URL,
        "options": {"method": "POST", "json_assertions": ["a exists"]},
        "secrets": {"token": "token-of-ours", "headers": {"X-Key": "key-of-ours"}},
    }  # fmt: skip

    def test_options_come_back_and_secrets_never(self, client, write_token, read_token):
        created = client.post(BASE, json=self.BODY, headers=write_token)
        assert created.status_code == 201
        assert created.json["options"]["method"] == "POST"
        assert created.json["options"]["expected_status"] == "200-399"
        assert created.json["has_secrets"] is True
        one = f"{BASE}{created.json['id']}/"
        for path in (BASE, one, f"{one}checks/", "/api/system/activity"):
            answer = client.get(path, headers=read_token).text
            assert "token-of-ours" not in answer
            assert "key-of-ours" not in answer

    def test_it_is_the_same_website_only_with_the_same_options(self, client, write_token):
        client.post(BASE, json=self.BODY, headers=write_token)
        assert client.post(BASE, json=self.BODY, headers=write_token).status_code == 200
        other = client.post(BASE, json=self.BODY | {"options": {}}, headers=write_token)
        assert other.status_code == 409
        assert [e["field"] for e in other.json["errors"]] == ["options"]

    def test_secrets_are_changed_one_by_one_and_removed_with_null(self, client, write_token):
        one = f"{BASE}{client.post(BASE, json=self.BODY, headers=write_token).json['id']}/"
        for secrets, has_secrets in (({"token": None}, True), ({"headers": None}, False)):
            changed = client.put(one, json={"secrets": secrets}, headers=write_token)
            assert (changed.status_code, changed.json["has_secrets"]) == (200, has_secrets)
        assert changed.json["options"]["method"] == "POST"

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"options": {"odd": 1}}, "options.odd"),
            ({"options": {"pattern": "("}}, "options.pattern"),
            ({"options": {"headers": {"Cookie": "a"}}}, "options.headers"),
            ({"secrets": {"client_key": "x"}}, "secrets.client_key"),
            ({"url": "tcp://example.org"}, "url"),
        ],
    )
    def test_what_makes_no_sense_is_named(self, client, write_token, given, field):
        answer = client.post(BASE, json={"url": URL} | given, headers=write_token)
        assert answer.status_code == 422
        assert [e["field"] for e in answer.json["errors"]] == [field]

    def test_a_heartbeat_cannot_be_checked_by_us(self, client, write_token):
        made = client.post(BASE, json={"url": "heartbeat://a"}, headers=write_token).json
        answer = client.post(f"{BASE}{made['id']}/check-now/", headers=write_token)
        assert answer.status_code == 409


def test_many_are_changed_at_once_or_none(client, write_token, read_token, made):
    other = client.post(BASE, headers=write_token, json={"url": f"{URL}other"}).get_json()["id"]
    body = {"website_ids": [made, other], "deed": "interval", "word": "30"}
    answer = client.post(f"{BASE}bulk/", headers=write_token, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.get_json() == {
        "count": 2,
        "message": "2 websites were set to be checked every 30 s",
    }
    for wrong in ({"website_ids": [made, 99]}, {"word": "soon"}, {"website_ids": []}):
        refused = client.post(f"{BASE}bulk/", headers=write_token, json=body | wrong)
        assert refused.status_code == 422
        assert refused.get_json()["errors"][0]["field"] == next(iter(wrong))
    assert client.post(f"{BASE}bulk/", headers=read_token, json=body).status_code == 403
    assert client.get(f"{BASE}{other}/", headers=read_token).get_json()["check_interval"] == 30
