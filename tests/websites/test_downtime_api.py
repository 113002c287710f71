"""/api/monitoring/websites/{id}/downtime-windows/ and uptime/."""

from datetime import datetime, timedelta

import pytest

from tests.websites.makers import check, period, website
from webapp.core import clock
from webapp.core.db import db
from webapp.websites.models import DowntimeWindow, MonitorStatus, Website

BASE = "/api/monitoring/websites/"
FIELDS = {
    "id", "website_id", "started_at", "ended_at", "duration_seconds", "initial_status",
    "recovery_status", "affected_checks_count", "root_cause", "notes", "created_at", "updated_at",
}  # fmt: skip


@pytest.fixture
def made(app):
    with app.app_context():
        one = website()
        period(one, "UP", 10, 4)
        period(one, "DOWN", 4, 2)
        period(one, "UNKNOWN", 2, 1)
        period(one, "MAINTENANCE", 1)
        db.session.commit()
        return one.id


def ago(minutes):
    return (clock.now() - timedelta(minutes=minutes)).isoformat()


class TestDowntimes:
    def test_one_lives_from_post_to_delete(self, client, made, write_token, read_token):
        base = f"{BASE}{made}/downtime-windows/"
        given = {"started_at": ago(10), "notes": "by hand"}
        created = client.post(base, json=given, headers=write_token)
        assert created.status_code == 201
        body = created.get_json()
        assert set(body) == FIELDS
        assert (body["initial_status"], body["duration_seconds"]) == ("DOWN", None)
        one = f"{base}{body['id']}/"
        ended = {"ended_at": ago(5), "root_cause": "disk full"}
        changed = client.put(one, json=ended, headers=write_token).get_json()
        assert changed["duration_seconds"] == pytest.approx(300, abs=1)
        assert (changed["recovery_status"], changed["notes"]) == ("UP", "by hand")
        assert client.get(one, headers=read_token).get_json() == changed
        listed = client.get(base, headers=read_token).get_json()
        assert (listed["total"], listed["items"], listed["page"]) == (1, [changed], 1)
        assert client.delete(one, headers=write_token).status_code == 204
        assert client.get(one, headers=read_token).status_code == 404

    def test_the_list_is_bounded_by_time(self, client, made, write_token, read_token):
        base = f"{BASE}{made}/downtime-windows/"
        for begin in (100, 50):
            given = {"started_at": ago(begin), "ended_at": ago(begin - 10)}
            client.post(base, json=given, headers=write_token)
        query = {"from": ago(70), "to": ago(1)}
        found = client.get(base, query_string=query, headers=read_token).get_json()
        assert found["total"] == 1
        wrong = client.get(base, query_string={"from": ago(1), "to": ago(2)}, headers=read_token)
        assert (wrong.status_code, wrong.get_json()["errors"][0]["field"]) == (422, "to")

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"started_at": "2026-01-01T10:00:00"}, "started_at"),
            ({"started_at": "2999-01-01T10:00:00Z"}, "started_at"),
            (
                {"started_at": "2026-01-01T10:00:00Z", "ended_at": "2026-01-01T10:00:00Z"},
                "ended_at",
            ),
            (
                {"started_at": "2026-01-01T10:00:00Z", "ended_at": "2999-01-01T10:00:00Z"},
                "ended_at",
            ),
            ({}, "started_at"),
            ({"started_at": "2026-01-01T10:00:00Z", "surprise": 1}, "surprise"),
        ],
    )
    def test_what_cannot_be_is_refused(self, client, made, write_token, given, field):
        refused = client.post(f"{BASE}{made}/downtime-windows/", json=given, headers=write_token)
        assert refused.status_code == 422
        assert refused.get_json()["errors"][0]["field"] == field

    def test_a_website_has_one_that_goes_on_at_most(self, client, made, write_token):
        base = f"{BASE}{made}/downtime-windows/"
        first = client.post(base, json={"started_at": ago(10)}, headers=write_token)
        again = client.post(base, json={"started_at": ago(5)}, headers=write_token)
        assert (first.status_code, again.status_code) == (201, 409)
        one = f"{base}{first.get_json()['id']}/"
        refused = client.put(one, json={"started_at": None}, headers=write_token)
        assert refused.status_code == 422

    def test_that_of_another_website_is_not_found(self, app, client, made, write_token):
        with app.app_context():
            other = website(2).id
        base = f"{BASE}{made}/downtime-windows/"
        given = {"started_at": ago(10)}
        one = client.post(base, json=given, headers=write_token).get_json()["id"]
        foreign = f"{BASE}{other}/downtime-windows/{one}/"
        assert client.get(foreign, headers=write_token).status_code == 404
        assert client.get(f"{BASE}999/downtime-windows/", headers=write_token).status_code == 404
        assert client.get(f"{base}{10**30}/", headers=write_token).status_code == 404


class TestUptime:
    def ask(self, client, made, token, **query):
        return client.get(f"{BASE}{made}/uptime/", query_string=query, headers=token)

    @pytest.mark.parametrize(
        ("query", "percent"),
        [
            ({}, 75),
            ({"hours": 4}, 0),
            ({"hours": 8}, 100 * 4 / 6),
            ({"unknown": "down"}, 100 * 6 / 9),
            ({"unknown": "up", "maintenance": "up"}, 80),
        ],
    )
    def test_it_counts_as_one_says(self, client, made, read_token, query, percent):
        body = self.ask(client, made, read_token, **query).get_json()
        assert body["uptime_percentage"] == pytest.approx(percent, abs=0.1)
        assert body["days"] is None
        assert body["seconds"]["DOWN"] == pytest.approx(7200, abs=5)

    def test_the_observed_share_stands_beside_it(self, client, made, read_token):
        body = self.ask(client, made, read_token, hours=16).get_json()
        assert body["coverage_percentage"] == pytest.approx(50, abs=0.1)

    def test_dates_are_midnights_of_the_zone_and_its_days_are_listed(
        self, client, made, read_token
    ):
        query = {"from": "2026-03-28", "to": "2026-03-31", "zone": "Europe/Berlin", "days": "true"}
        body = self.ask(client, made, read_token, **query).get_json()
        since, until = (datetime.fromisoformat(body[name]) for name in ("since", "until"))
        assert until - since == timedelta(hours=71)
        assert [day["date"] for day in body["days"]] == ["2026-03-28", "2026-03-29", "2026-03-30"]
        assert body["uptime_percentage"] is None

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"hours": 0}, "hours"),
            ({"hours": 5, "from": "2026-01-01"}, "body"),
            ({"zone": "Mars/Base"}, "zone"),
            ({"unknown": "perhaps"}, "unknown"),
            ({"from": "2026-02-01", "to": "2026-01-01"}, "from"),
            ({"from": "2999-01-01"}, "from"),
            ({"from": "2020-01-01", "days": "true"}, "days"),
            ({"from": "2026-01-01T10:00:00"}, "from"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, client, made, read_token, query, field):
        refused = self.ask(client, made, read_token, **query)
        assert refused.status_code == 422
        named = [error["field"] for error in refused.get_json()["errors"]]
        assert any(name.startswith(field) for name in named), named


class TestWhatChanged:
    def test_it_tells_both_checks_and_what_differs(self, app, client, made, read_token):
        with app.app_context():
            one = db.session.get(Website, made)
            check(one, 30, http_status_code=200, response_time_ms=20.0)
            check(
                one, 20, status=MonitorStatus.DOWN, http_status_code=503, failure_reason="status",
                error_message="HTTP 503", response_time_ms=21.0,
            )  # fmt: skip
            began = clock.now() - timedelta(minutes=21)
            window = DowntimeWindow(
                website_id=made, started_at=began, initial_status=MonitorStatus.DOWN
            )
            db.session.add(window)
            db.session.commit()
            window_id = window.id

        newest = client.get(f"{BASE}{made}/what-changed/", headers=read_token).get_json()

        assert newest["last_good_check"]["http_status_code"] == 200
        assert newest["first_bad_check"]["http_status_code"] == 503
        assert {"name": "HTTP status", "before": "200", "after": "503"} in newest["changes"]
        query = {"downtime_window_id": window_id}
        path = f"{BASE}{made}/what-changed/"
        assert client.get(path, query_string=query, headers=read_token).get_json() == newest

    def test_without_a_downtime_there_is_nothing_to_tell(self, client, made, read_token):
        found = client.get(f"{BASE}{made}/what-changed/", headers=read_token).get_json()
        assert found == {
            "website_id": made, "downtime_window_id": None, "last_good_check": None,
            "first_bad_check": None, "changes": [],
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("path", "status"),
        [("77/what-changed/", 404), ("1/what-changed/?downtime_window_id=77", 404),
         ("1/what-changed/?odd=1", 422)],
    )  # fmt: skip
    def test_what_is_not_there_is_not_found(self, client, made, read_token, path, status):
        assert client.get(f"{BASE}{path}", headers=read_token).status_code == status
