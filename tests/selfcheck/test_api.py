"""The monitor's health as JSON."""

from webapp.core import clock


def test_health_says_each_part_in_one_word_and_the_whole_in_a_sentence(app, read_token):
    answer = app.test_client().get("/api/monitoring/health/", headers=read_token)
    assert answer.status_code == 200
    assert answer.json == {
        "status": "degraded",
        "database": "ok",
        "redis": "ok",
        "workers": "missing",
        "scheduler": "missing",
        "message": "No worker reports: nothing is measured until one starts.",
    }


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
