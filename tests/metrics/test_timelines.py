"""Lines say what the samples say, whichever tier they come from, and go on until now."""

import random

import pytest
from sqlalchemy import delete

from tests.metrics.histories import (
    DAY_MS,
    HOUR_MS,
    MIDNIGHT,
    MINUTE_MS,
    NOON,
    add,
    expected,
    new_series,
    roll_up,
    seal,
)
from tests.statements import count_statements, explain_statements
from webapp.core.db import db
from webapp.metrics import timelines
from webapp.metrics.models import MetricChunk, MetricSample
from webapp.metrics.pages import BUCKETS

NOW = NOON + 17 * MINUTE_MS + 20_000
PAGES_BY_INDEX = {
    "sqlite": "(series_id=? AND tier=? AND page_ms>? AND page_ms<?)",
    "postgresql": "Index Cond: (",  # which index, its statistics decide
}
NAMES = ("raw", "minute", "hour", "day")


def wave(step_ms, start_ms, end_ms, seed=1):
    dice = random.Random(seed)
    return [(at_ms, dice.randrange(1000) / 8) for at_ms in range(start_ms, end_ms, step_ms)]


def assert_lines(found, samples_of):
    for series_id, samples in samples_of.items():
        truth = expected(samples, found.step_ms, found.from_ms, found.to_ms)
        for mine, theirs in zip(found.lines[series_id], truth, strict=True):
            assert (mine is None) == (theirs is None)
            if mine is not None:
                assert mine[:1] + mine[2:] == theirs[:1] + theirs[2:]
                assert mine.total == pytest.approx(theirs.total)


@pytest.fixture
def history(context):
    """Two series of five days with a gap, sealed and rolled up as the jobs would have."""
    one, other = new_series(), new_series(host="web-2")
    samples = {
        one: wave(5 * MINUTE_MS, MIDNIGHT - 5 * DAY_MS, NOON - 2 * HOUR_MS) + wave(5000, NOON, NOW),
        other: wave(7 * MINUTE_MS, MIDNIGHT - DAY_MS, NOW, seed=2),
    }
    for series_id, each in samples.items():
        add(series_id, each)
    roll_up(NOW)
    seal(NOW)
    return samples


class TestRead:
    @pytest.mark.parametrize("tier", NAMES)
    @pytest.mark.parametrize("points", [10, 70])
    def test_every_tier_tells_what_the_samples_tell(self, history, tier, points):
        for span_ms in (40 * MINUTE_MS, 26 * HOUR_MS, 6 * DAY_MS):
            found = timelines.read(list(history), NOW - span_ms, NOW, points, NOW, tier=tier)
            assert found.tier == tier
            assert_lines(found, history)

    @pytest.mark.parametrize("tier", NAMES)
    @pytest.mark.parametrize("points", [10, 70])
    def test_counts_and_totals_are_told_without_minima_and_maxima(self, history, tier, points):
        asked = list(history), NOW - 26 * HOUR_MS, NOW, points, NOW
        whole = timelines.read(*asked, tier=tier)
        half = timelines.read(*asked, tier=tier, ends=False)
        for series_id, columns in half.columns.items():
            assert columns[:2] == whole.columns[series_id][:2]

    @pytest.mark.parametrize("tier", NAMES)
    def test_what_came_after_the_last_roll_up_is_in_the_line(self, history, tier):
        for series_id, samples in history.items():
            new = wave(10_000, NOW, NOW + 4 * MINUTE_MS, seed=series_id)
            add(series_id, new)
            samples += new
        later = NOW + 4 * MINUTE_MS
        found = timelines.read(list(history), NOW - 2 * HOUR_MS, later, 30, later, tier=tier)
        assert_lines(found, history)

    @pytest.mark.parametrize("tier", ["minute", "hour", "day"])
    def test_a_new_hour_is_in_the_line_before_it_is_folded(self, history, tier):
        (one, samples), (other, _) = history.items()
        now, rolled_at = NOON + HOUR_MS + 90_000, NOON + 58 * MINUTE_MS
        new = wave(5000, NOW, now)
        add(one, [sample for sample in new if sample[0] < rolled_at])
        roll_up(rolled_at)
        add(one, [sample for sample in new if sample[0] >= rolled_at])
        samples += new
        found = timelines.read([one, other], NOW - DAY_MS, now, 50, now, tier=tier)
        assert_lines(found, history)

    def test_late_samples_are_seen_before_and_after_they_are_summed(self, history):
        one = next(iter(history))
        late = [(NOON - 100 * MINUTE_MS + 1, 5000.0), (NOW - 7 * MINUTE_MS + 1, 7000.0)]
        add(one, late)
        history[one] += late
        found = timelines.read([one], NOW - 8 * MINUTE_MS, NOW, 8, NOW, tier="minute")
        assert_lines(found, {one: history[one]})
        roll_up(NOW)
        for tier in NAMES:
            found = timelines.read([one], NOW - DAY_MS, NOW, 40, NOW, tier=tier)
            assert_lines(found, {one: history[one]})

    def test_a_gap_is_none_and_the_tier_is_told(self, history):
        one = next(iter(history))
        found = timelines.read([one], NOON - 2 * HOUR_MS, NOON, 24, NOW, tier="minute")
        assert (found.tier, found.step_ms) == ("minute", 5 * MINUTE_MS)
        assert found.lines[one] == [None] * 24

    def test_a_series_that_nobody_has_has_an_empty_line(self, history):
        found = timelines.read([4711], NOW - DAY_MS, NOW, 24, NOW, tier="hour")
        assert set(found.lines[4711]) == {None}

    def test_of_no_series_there_are_no_lines(self, context):
        assert timelines.read([], NOW - DAY_MS, NOW, 100, NOW).lines == {}

    def test_where_raw_samples_are_gone_minutes_answer(self, history):
        one = next(iter(history))
        db.session.execute(delete(MetricChunk))
        db.session.execute(delete(MetricSample))
        from_ms = NOON - 3 * HOUR_MS
        found = timelines.read([one], from_ms, from_ms + 30 * MINUTE_MS, 300, NOW)
        assert found.tier == "minute"
        assert any(found.lines[one])

    def test_before_an_hour_is_over_minutes_fill_a_long_chart(self, context):
        one, samples = new_series(), wave(5000, NOW - 10 * MINUTE_MS, NOW)
        add(one, samples)
        roll_up(NOW)
        found = timelines.read([one], NOW - 7 * DAY_MS, NOW, 300, NOW)
        assert found.tier == "hour"
        assert_lines(found, {one: samples})

    @pytest.mark.parametrize(("tier", "most"), [("raw", 2), ("minute", 4), ("hour", 5), ("day", 6)])
    def test_its_statements_do_not_grow_with_series_or_time(self, context, tier, most):
        many = [new_series(host=f"web-{n}") for n in range(5)]
        for each in many:
            add(each, wave(60_000, NOW - 3 * HOUR_MS, NOW))
        roll_up(NOW - 60_000)
        seal(NOW)
        for each in many:
            add(each, [(NOW - 30_000, 1.0)])
        with count_statements(context) as statements:
            timelines.read(many, NOW - 20 * DAY_MS, NOW, 300, NOW, tier=tier)
        assert len(statements) <= most, statements

    def test_pages_are_read_along_the_primary_key(self, context, history):
        with explain_statements(context) as plans:
            timelines.read(list(history), NOW - 3 * DAY_MS, NOW, 100, NOW, tier="hour")
        plan = next(plan for plan in plans if "metric_rollups" in plan)
        assert PAGES_BY_INDEX[db.engine.dialect.name] in plan, plan


class TestQuantiles:
    SHARES = (0.0, 0.5, 0.95, 1.0)

    @pytest.mark.parametrize("tier", NAMES)
    def test_they_are_those_of_the_samples_within_a_percent(self, history, tier):
        new = wave(10_000, NOW, NOW + 90_000, seed=3)
        one = next(iter(history))
        add(one, new)
        now = NOW + 90_000
        samples = history[one] + new
        found = timelines.quantiles([one], NOW - 25 * HOUR_MS, now, 30, self.SHARES, now, tier=tier)
        assert found.tier == tier
        for number, values in enumerate(found.lines[one]):
            start_ms = found.from_ms + number * found.step_ms
            inside = sorted(v for at, v in samples if start_ms <= at < start_ms + found.step_ms)
            assert (values is None) == (not inside)
            if values is not None:
                truth = [inside[int(share * (len(inside) - 1))] for share in self.SHARES]
                assert values == pytest.approx(truth, rel=0.0101, abs=1e-6)

    def test_out_of_raw_samples_they_are_exact(self, context):
        one = new_series()
        add(one, [(NOON + n, float(n)) for n in range(101)])
        found = timelines.quantiles([one], NOON, NOON + 1000, 1, [0.25, 0.9], NOON + 1000)
        assert (found.tier, found.shares, found.lines[one]) == ("raw", (0.25, 0.9), [(25.0, 90.0)])

    def test_of_no_series_there_are_none(self, context):
        assert timelines.quantiles([], NOW - DAY_MS, NOW, 100, [0.5], NOW).lines == {}


def test_a_page_holds_what_the_tiers_count_on():
    assert [BUCKETS[tier] * tier % 86_400 for tier in (3600, 86_400)] == [0, 0]
    assert 86_400 % (BUCKETS[60] * 60) == 0
