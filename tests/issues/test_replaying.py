"""A rule replayed over stored history finds what the judge found, and what it would have found."""

from tests.issues.rule_makers import CPU, START, judge, measure, rule, spans
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.kinds import Severity
from webapp.issues.replaying import replay
from webapp.issues.rule_values import RuleValues
from webapp.metrics.models import MetricSample
from webapp.metrics.sealing import seal

START_MS = clock.to_ms(START)
HISTORY = [10, 75, 80, 95, 95, 60, 10, 10, 75, 10, 99, 99, 99]


def values(**changed):
    return RuleValues(**CPU | {"warning": 70, "critical": 90} | changed)


def replayed(found):
    return [
        (
            (span.from_ms - START_MS) / 1000,
            span.to_ms and (span.to_ms - START_MS) / 1000,
            span.level.value,
        )
        for each in found.series
        for span in each.spans
    ]


def run(asked, seconds=600, **options):
    return replay(asked, START_MS, START_MS + seconds * 1000, **options)


def test_it_finds_what_the_judge_found(context):
    ways = ({}, {"for_s": 20, "keep_open_s": 20, "recovery": 50}, {"minimum_samples": 3})
    for changed in ways:
        rule(name=str(changed), **changed)
    measure(HISTORY)
    judge()
    told = [span for changed in ways for span in replayed(run(values(**changed)))]
    assert sorted(told, key=str) == sorted(spans(), key=str)
    assert len(told) > 4


def test_it_says_how_often_and_for_how_long(context):
    measure(HISTORY)
    found = run(values())
    assert replayed(found) == [(10, 50, "critical"), (80, 90, "warning"), (100, None, "critical")]
    assert found.count == 3
    assert found.lasted_ms == (40 + 10 + 500) * 1000
    (series,) = found.series
    assert (series.source, series.unit, series.samples) == ("web-1", "%", len(HISTORY))
    assert (series.spans[0].peak_value, series.spans[0].level) == (95, Severity.CRITICAL)


def test_what_is_sealed_is_replayed_too(context):
    measure([10, 75, 10], first=-20_000)
    measure([10, 75, 10])
    assert sum(seal(START_MS + 600_000)) > 0
    db.session.commit()
    assert db.session.query(MetricSample).count() < 6
    found = replay(values(), START_MS - 30_000_000, START_MS + 600_000)
    assert replayed(found) == [(-19_990, -19_980, "warning"), (10, 20, "warning")]


def test_all_that_fits_is_replayed_and_nothing_else(context):
    for host in ("web-1", "web-2", "db-1"):
        measure([75], host=host)
    found = run(values(source="web-*"))
    assert [each.source for each in found.series] == ["web-1", "web-2"]
    assert found.is_complete


def test_it_stops_when_it_takes_too_long_and_says_so(context):
    for host in ("web-1", "web-2"):
        measure([75], host=host)
    found = run(values(), patience_s=-1)
    assert (len(found.series), found.fitting, found.is_complete) == (1, 2, False)


def test_percent_is_of_what_the_most_was_then(context):
    asked = values(metric_name="db_connections", percent_of="db_max_connections")
    measure([100, 100, 200, 200], name="db_max_connections")
    measure([50, 80, 80, 190], name="db_connections")
    assert replayed(run(asked)) == [(10, 20, "warning"), (30, None, "critical")]


def test_without_what_it_is_a_share_of_nothing_is_found(context):
    measure([50, 80], name="db_connections")
    found = run(values(metric_name="db_connections", percent_of="db_max_connections"))
    assert (found.count, found.series[0].samples) == (0, 0)
