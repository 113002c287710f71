"""The numbers behind a website's chart."""

from datetime import UTC, datetime

from webapp.core import clock
from webapp.websites.charts import phases
from webapp.websites.models import MonitorCheck

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_each_phase_is_a_series_oldest_first_and_a_failure_is_a_gap():
    good = MonitorCheck(checked_at=NOW, response_time_ms=5.0, ttfb_ms=3.0)
    bad = MonitorCheck(checked_at=NOW, response_time_ms=1.0, failure_reason="refused")
    series = phases([bad, good])["series"]
    at = clock.to_ms(NOW)
    assert [s["label"] for s in series] == ["Total", "First byte"]
    assert series[0] == {"label": "Total", "unit": "ms", "points": [[at, 5.0], [at, None]]}


def test_without_checks_there_is_nothing_to_draw():
    assert phases([]) == {"series": []}
