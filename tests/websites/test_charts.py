"""The numbers behind a website's chart."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.core import clock
from webapp.websites.charts import RANGES, percentiles, phases
from webapp.websites.models import MonitorCheck
from webapp.websites.summaries import Summary

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_each_phase_is_a_series_oldest_first_and_a_failure_is_a_gap():
    good = MonitorCheck(checked_at=NOW, response_time_ms=5.0, ttfb_ms=3.0)
    bad = MonitorCheck(checked_at=NOW, response_time_ms=1.0, failure_reason="refused")
    series = phases([bad, good])["series"]
    at = clock.to_ms(NOW)
    assert [s["label"] for s in series] == ["Total", "Transfer", "First byte"]
    assert series[1]["points"] == [[at, 2.0], [at, None]]
    assert series[0] == {"label": "Total", "unit": "ms", "points": [[at, 5.0], [at, None]]}


def test_without_checks_there_is_nothing_to_draw():
    assert phases([]) == {"series": []}


def hour(*times):
    summary = Summary()
    for value in times:
        summary.add("UP", (value, None, None, None, value / 2))
    return summary


def test_hours_are_drawn_with_a_gap_where_nothing_was_checked():
    at = NOW - timedelta(hours=3)
    found = [(at, hour(10.0, 10.0, 90.0)), (NOW - timedelta(hours=1), hour(20.0))]
    drawn = percentiles(found, RANGES["24h"], NOW)["series"]
    labels = [s["label"] for s in drawn]
    assert labels == ["Total p95", "Total p50", "Transfer p50", "First byte p50"]
    assert [moment for moment, _ in drawn[0]["points"]] == [
        clock.to_ms(at + timedelta(hours=n)) for n in range(4)
    ]
    values = [value for _, value in drawn[1]["points"]]
    assert values == [pytest.approx(10, rel=0.01), None, pytest.approx(20, rel=0.01), None]


def test_a_long_range_is_drawn_in_days():
    midnight = NOW.replace(hour=0)
    found = [(midnight - timedelta(days=2), hour(10.0))]
    drawn = percentiles(found, RANGES["1y"], NOW)["series"]
    assert len(drawn[0]["points"]) == 3
    assert percentiles([], RANGES["90d"], NOW) == {"series": []}
