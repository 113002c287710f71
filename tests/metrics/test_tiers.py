"""Which tier answers, and in which steps."""

import pytest

from webapp.metrics.tiers import DAY, HOUR, MINUTE, NAMES, RAW, plan, plans

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
NOW = 20_500 * DAY_MS + 13 * HOUR_MS
REACHES = {
    RAW: NOW - 7 * DAY_MS,
    MINUTE: NOW - 30 * DAY_MS,
    HOUR: NOW - 400 * DAY_MS,
    DAY: 0,
}


def first(span_ms, points, *, ago_ms=0, series=1, **options):
    to_ms = NOW - ago_ms
    found = plans(to_ms - span_ms, to_ms, points, series=series, reaches_ms=REACHES, **options)
    return NAMES[found[0].tier], found[0].step_ms


@pytest.mark.parametrize(
    ("span_ms", "points", "tier", "step_ms"),
    [
        (HOUR_MS, 300, "raw", 10_000),
        (HOUR_MS, 60, "minute", MINUTE_MS),
        (6 * HOUR_MS, 300, "minute", MINUTE_MS),
        (DAY_MS, 300, "minute", 5 * MINUTE_MS),
        (7 * DAY_MS, 300, "hour", HOUR_MS),
        (30 * DAY_MS, 300, "hour", 2 * HOUR_MS),
        (365 * DAY_MS, 300, "day", DAY_MS),
        (5 * 365 * DAY_MS, 100, "day", 16 * DAY_MS),
        (1000, 300, "raw", 1000),
    ],
)
def test_the_coarsest_tier_that_gives_about_the_points_is_read(span_ms, points, tier, step_ms):
    assert first(span_ms, points) == (tier, step_ms)


@pytest.mark.parametrize(
    ("span_ms", "ago_ms", "tier"),
    [
        (HOUR_MS, 6 * DAY_MS, "raw"),
        (HOUR_MS, 8 * DAY_MS, "minute"),
        (HOUR_MS, 40 * DAY_MS, "hour"),
        (DAY_MS, 40 * DAY_MS, "hour"),
        (DAY_MS, 500 * DAY_MS, "day"),
        (35 * DAY_MS, 0, "hour"),
    ],
)
def test_what_a_tier_has_forgotten_a_coarser_one_tells(span_ms, ago_ms, tier):
    assert first(span_ms, 300, ago_ms=ago_ms)[0] == tier


def test_raw_samples_of_many_series_are_too_many():
    assert first(HOUR_MS, 300, series=10)[0] == "raw"
    assert first(HOUR_MS, 300, series=100) == ("minute", MINUTE_MS)


def test_a_step_is_no_shorter_than_asked():
    assert first(HOUR_MS, 300, least_step_ms=120_000) == ("minute", 2 * MINUTE_MS)


def test_what_has_nothing_is_followed_by_coarser_tiers_and_then_by_finer_ones():
    found = plans(NOW - 7 * DAY_MS, NOW, 300, series=1, reaches_ms=REACHES)
    assert [each.tier for each in found] == [HOUR, DAY, MINUTE]
    found = plans(NOW - DAY_MS, NOW, 300, series=1, reaches_ms=REACHES)
    assert [each.tier for each in found] == [MINUTE, HOUR, DAY, RAW]


@pytest.mark.parametrize("tier", NAMES)
def test_a_plan_covers_the_time_in_whole_steps(tier):
    found = plan(tier, NOW - 1234, NOW + 1, 1)
    assert found.from_ms <= NOW - 1234
    assert found.to_ms > NOW
    assert found.from_ms % found.step_ms == found.to_ms % found.step_ms == 0
    assert found.steps * found.step_ms == found.to_ms - found.from_ms
    assert found.per_step == 1
