"""The verdict on the monitor itself."""

import pytest

from webapp.selfcheck.health import Facts, judge, look, sentence

CASES = [
    ("all is well", Facts(1, 1, 2, 0, True), "ok", 200, "healthy", "Everything runs."),
    ("the database is away", Facts(None, 1, 2, 0, True), "failed", 503, "critical", "database"),
    ("Redis is away", Facts(1, None), "failed", 503, "critical", "Redis"),
    ("both are away", Facts(None, None), "failed", 503, "critical", "database"),
    ("nobody works", Facts(1, 1, 0, 0, True), "degraded", 200, "degraded", "No worker"),
    ("all workers are late", Facts(1, 1, 0, 2, True), "degraded", 200, "degraded", "No worker"),
    ("nobody schedules", Facts(1, 1, 1, 0, False), "degraded", 200, "degraded", "No scheduler"),
    ("one of two is late", Facts(1, 1, 1, 1, True), "ok", 200, "warning", "1 worker stopped"),
    ("jobs failed", Facts(1, 1, 1, 0, True, 3), "ok", 200, "warning", "3 jobs failed"),
]


@pytest.mark.parametrize(
    ("facts", "status", "http", "shown", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_the_verdict_follows_from_the_facts(facts, status, http, shown, words):
    verdict = judge(facts)
    assert (verdict.status, verdict.http_status) == (status, http)
    assert look(facts, verdict) == shown
    assert words in sentence(facts, verdict)


def test_without_redis_nothing_is_claimed_about_workers():
    verdict = judge(Facts(1, None, workers=2, has_scheduler=True))
    assert (verdict.workers, verdict.scheduler) == ("unknown", "unknown")
