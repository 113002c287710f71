"""Sums and percentiles over the API, and the tags and groups of websites."""

from datetime import timedelta

import pytest

from tests.websites.makers import check, website
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import rollups
from webapp.websites.models import MonitorStatus

ROOT = "/api/monitoring/websites/"


@pytest.fixture
def made(app):
    with app.app_context():
        one = website(1)
        for minute in range(0, 300, 10):
            check(one, minute, response_time_ms=10.0 + minute, ttfb_ms=5.0)
        check(one, 15, status=MonitorStatus.DOWN, response_time_ms=9000.0)
        db.session.commit()
        for _ in rollups.roll_up(clock.now()):
            db.session.commit()
        return one.id


def get(client, path, token):
    return client.get(f"{ROOT}{path}", headers=token)


def test_it_tells_counts_and_percentiles_of_each_phase(client, made, read_token):
    found = get(client, f"{made}/statistics/?hours=24", read_token).get_json()
    assert (found["checks_count"], found["up_count"], found["down_count"]) == (31, 30, 1)
    assert found["total"]["p50_ms"] == pytest.approx(150, rel=0.01)
    assert found["total"]["p99_ms"] == pytest.approx(290, rel=0.01)
    assert found["ttfb"]["p95_ms"] == pytest.approx(5, rel=0.01)
    assert found["transfer"]["p50_ms"] == pytest.approx(145, rel=0.01)
    assert found["dns"] == {"p50_ms": None, "p95_ms": None, "p99_ms": None}
    assert (found["lowest_ms"], found["highest_ms"]) == (10.0, 300.0)
    assert found["mean_ms"] == pytest.approx(155)


def test_any_time_can_be_asked_about(client, made, read_token):
    for query in ("hours=1", "hours=87600", "", "from=2020-01-01T00:00:00Z"):
        assert get(client, f"{made}/statistics/?{query}", read_token).status_code == 200, query
    until = (clock.now() - timedelta(days=400)).isoformat().replace("+00:00", "Z")
    found = get(client, f"{made}/statistics/?to={until}&from=2021-01-01T00:00:00Z", read_token)
    assert found.get_json()["checks_count"] == 0
    assert found.get_json()["mean_ms"] is None


@pytest.mark.parametrize(
    "query", ["hours=0", "hours=3&to=2026-01-01T00:00:00Z", "from=2999-01-01T00:00:00Z", "odd=1"]
)
def test_a_time_that_makes_no_sense_is_refused(client, made, read_token, query):
    assert get(client, f"{made}/statistics/?{query}", read_token).status_code == 422


def test_one_that_is_gone_is_not_found(client, read_token):
    assert get(client, "77/statistics/", read_token).status_code == 404


def test_a_website_comes_with_its_last_day(client, made, read_token):
    found = get(client, f"{made}/", read_token).get_json()
    assert (found["checks_count_24h"], found["failed_checks_count_24h"]) == (31, 1)
    assert found["p50_ms_24h"] == pytest.approx(150, rel=0.01)
    assert found["uptime_percentage_90d"] is None


def test_tags_and_group_come_in_and_go_out_and_narrow_the_list(client, write_token):
    body = {"url": "http://127.0.0.1:9/", "tags": ["shop", "eu", "shop"], "group_name": "EU"}
    made = client.post(ROOT, json=body, headers=write_token)
    assert (made.status_code, made.get_json()["tags"]) == (201, ["eu", "shop"])
    again = client.post(ROOT, json=body, headers=write_token)
    assert again.status_code == 200
    other = client.post(ROOT, json=body | {"tags": ["x"]}, headers=write_token)
    assert (other.status_code, other.get_json()["errors"][0]["field"]) == (409, "tags")
    changed = client.put(f"{ROOT}1/", json={"tags": ["eu", "x"]}, headers=write_token).get_json()
    assert (changed["tags"], changed["group_name"]) == (["eu", "x"], "EU")
    assert get(client, "?tag=x", write_token).get_json()["total"] == 1
    assert get(client, "?tag=shop", write_token).get_json()["total"] == 0
    assert get(client, "?group=EU", write_token).get_json()["items"][0]["tags"] == ["eu", "x"]


@pytest.mark.parametrize("tags", [["a,b"], [""], ["x" * 51], [1], 3])
def test_what_is_no_tag_is_refused(client, write_token, tags):
    body = {"url": "http://127.0.0.1:9/", "tags": tags}
    assert client.post(ROOT, json=body, headers=write_token).status_code == 422
