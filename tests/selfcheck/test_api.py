"""The monitor's health as JSON."""

from datetime import timedelta

from webapp.core import clock
from webapp.core.db import db
from webapp.selfcheck.models import HealthState

HEALTH = "/api/monitoring/health/"


def read(app, headers, path=HEALTH):
    return app.test_client().get(path, headers=headers)


def parts(answer):
    return {part["component"]: part for part in answer.json["components"]}


def test_health_says_each_part_in_one_word_and_the_whole_in_a_sentence(app, read_token):
    answer = read(app, read_token)
    assert answer.status_code == 200
    assert {k: v for k, v in answer.json.items() if k != "components"} == {
        "status": "degraded",
        "database": "ok",
        "redis": "ok",
        "workers": "missing",
        "scheduler": "missing",
        "message": "No worker reports: nothing is measured until one starts.",
    }


def test_each_part_has_its_state_since_when_the_last_error_and_the_time_of_its_probe(
    app, read_token
):
    answer = read(app, read_token)
    found = parts(answer)
    assert list(found) == ["web", "api", "database", "cache", "workers", "scheduler", "queues"]
    assert set(found["cache"]) == {
        *("component", "label", "state", "since_at", "last_error", "last_error_at"),
        *("checked_at", "probe_ms"),
    }
    assert (found["database"]["state"], found["cache"]["state"]) == ("ok", "ok")
    assert 0 < found["database"]["probe_ms"] < 2000
    assert (found["workers"]["state"], found["workers"]["last_error"]) == (
        "down",
        "No worker reports.",
    )
    assert found["workers"]["last_error_at"].endswith("Z")
    assert found["web"]["state"] == found["api"]["state"] == "ok", "they gave this answer"


def test_since_when_is_the_same_for_every_process_and_after_a_restart(app, read_token):
    first = parts(read(app, read_token))["workers"]["since_at"]
    assert parts(read(app, read_token))["workers"]["since_at"] == first
    with app.app_context():
        row = db.session.get(HealthState, "workers")
        row.since_at -= timedelta(days=3)
        db.session.commit()
        long_ago = row.since_at
    again = parts(read(app, read_token))["workers"]["since_at"]
    assert again.startswith(long_ago.strftime("%Y-%m-%dT%H:%M:%S"))


def test_a_part_nobody_has_looked_at_for_long_is_unknown(app, read_token):
    with app.app_context():
        old = clock.now() - timedelta(minutes=10)
        db.session.add(
            HealthState(component="statsd", state="ok", since_at=old, checked_at=old, probe_ms=1.0)
        )
        db.session.commit()
    assert parts(read(app, read_token))["statsd"]["state"] == "unknown"


def test_without_redis_health_answers_503_and_says_since_when(without_redis, read_token):
    answer = read(without_redis, read_token)
    found = parts(answer)
    assert (answer.status_code, answer.json["status"]) == (503, "failed")
    assert (found["cache"]["state"], found["workers"]["state"]) == ("down", "unknown")
    assert found["cache"]["since_at"] == parts(read(without_redis, read_token))["cache"]["since_at"]
    assert found["cache"]["last_error"]


def test_status_has_the_state_of_each_part(app, read_token):
    found = read(app, read_token, "/api/monitoring/status/").json
    assert (found["components"]["database"], found["components"]["workers"]) == ("ok", "down")


def test_status_gives_queues_workers_and_sizes(app, jobs, read_token):
    with app.app_context():
        jobs.worker("w", silent_s=70)
        jobs.wait("slow")
    status = app.test_client().get("/api/monitoring/status/", headers=read_token).json
    assert [q["name"] for q in status["queues"]] == ["fast", "default", "checks", "slow"]
    assert status["queues"][3]["waiting"] == 1
    assert status["queues"][3]["oldest_at"].startswith(clock.now().strftime("%Y-"))
    assert [(w["name"], w["is_late"]) for w in status["workers"]] == [("w", True)]
    assert status["database_bytes"] > 0
    assert 0 < status["disk_free_bytes"] <= status["disk_total_bytes"]
    assert status["database_ms"] >= 0


def test_without_redis_status_still_answers(without_redis, read_token):
    status = without_redis.test_client().get("/api/monitoring/status/", headers=read_token).json
    assert (status["status"], status["redis_ms"], status["queues"]) == ("failed", None, [])


def test_both_need_a_token(client):
    assert client.get("/api/monitoring/health/").status_code == 401
    assert client.get("/api/monitoring/status/").status_code == 401
