"""When a measured value is an overload: on the time of the samples, sample by sample."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.issues.breaches import GAP_MS, Rule, Standing, What, follow, step
from webapp.issues.kinds import Direction, Severity

WARNING, ERROR, CRITICAL = Severity.WARNING, Severity.ERROR, Severity.CRITICAL
OPENED, CHANGED, CLOSED = What.OPENED, What.CHANGED, What.CLOSED
SEED = Rule(warning=70, critical=90)
CALM = Rule(warning=70, error=80, critical=90, recovery=60, for_s=30, keep_open_s=30)


def followed(rule, *values, step_s=10, standing=None):
    """What samples ten seconds apart bring about: (what, at which second, level)."""
    samples = [(n * step_s * 1000, value) for n, value in enumerate(values)]
    standing, events = follow(standing or Standing(), rule, samples)
    return standing, [(e.what, e.at_ms // 1000, e.level) for e in events]


@pytest.mark.parametrize(
    ("rule", "value", "level"),
    [
        (SEED, 69.9, None),
        (SEED, 70, WARNING),
        (SEED, 89.99, WARNING),
        (SEED, 90, CRITICAL),
        (Rule(error=5), 5, ERROR),
        (Rule(), math.inf, None),
        (Rule(Direction.BELOW, warning=20, critical=5), 20.1, None),
        (Rule(Direction.BELOW, warning=20, critical=5), 20, WARNING),
        (Rule(Direction.BELOW, warning=20, critical=5), 5, CRITICAL),
        (Rule(Direction.BELOW, warning=-1), -1, WARNING),
    ],
)
def test_a_value_equal_to_a_level_has_reached_it(rule, value, level):
    assert rule.reached(value) is level
    assert step(Standing(), rule, 1, value)[0].level is level


@pytest.mark.parametrize(
    ("rule", "value", "has_recovered"),
    [
        (SEED, 70, False),
        (SEED, 69.9, True),
        (CALM, 60, True),
        (CALM, 60.1, False),
        (Rule(warning=1, recovery=0), 0, True),
        (Rule(Direction.BELOW, warning=20), 20, False),
        (Rule(Direction.BELOW, warning=20), 20.1, True),
        (Rule(Direction.BELOW, warning=20, recovery=25), 24.9, False),
        (Rule(Direction.BELOW, warning=20, recovery=25), 25, True),
    ],
)
def test_a_value_equal_to_recovery_has_recovered(rule, value, has_recovered):
    assert rule.has_recovered(value) is has_recovered


class TestOpening:
    def test_without_a_duration_one_sample_is_enough(self):
        standing, events = followed(SEED, 10, 75)
        assert events == [(OPENED, 10, WARNING)]
        assert (standing.level, standing.level_since_ms) == (WARNING, 10_000)

    def test_it_is_dated_back_to_the_first_sample_of_the_breach(self):
        _, events = followed(CALM, 10, 75, 75, 75, 75, 75)
        assert events == [(OPENED, 10, WARNING)]

    def test_it_waits_until_the_duration_is_over(self):
        standing, events = followed(CALM, 75, 75, 75)
        assert events == []
        assert (standing.breached_since_ms, standing.breaching_count) == (0, 3)

    def test_one_good_sample_in_between_begins_anew(self):
        assert followed(CALM, 75, 75, 69, 75, 75, 75)[1] == []
        assert followed(CALM, 75, 75, 69, 75, 75, 75, 75)[1] == [(OPENED, 30, WARNING)]

    def test_it_opens_at_the_level_that_was_held_all_the_time(self):
        assert followed(CALM, 95, 85, 99, 99)[1] == [(OPENED, 0, ERROR)]

    def test_a_single_peak_does_not_make_it_critical(self):
        assert followed(CALM, 75, 75, 75, 99)[1] == [(OPENED, 0, WARNING)]

    def test_it_waits_for_enough_samples(self):
        rule = Rule(warning=70, minimum_samples=3)
        assert followed(rule, 75, 75)[1] == []
        assert followed(rule, 75, 75, 75)[1] == [(OPENED, 0, WARNING)]

    def test_it_says_what_began_it_and_the_worst_so_far(self):
        _, (event,) = follow(Standing(), CALM, [(0, 75), (10_000, 88), (20_000, 80), (30_000, 81)])
        assert (event.value, event.peak_value, event.peak_ms) == (75, 88, 10_000)


class TestClosing:
    def test_hysteresis_keeps_it_open_between_the_levels_and_recovery(self):
        rule = Rule(warning=70, recovery=60)
        assert followed(rule, 75, 65, 69, 61)[1] == [(OPENED, 0, WARNING)]
        assert followed(rule, 75, 65, 60)[1] == [(OPENED, 0, WARNING), (CLOSED, 20, WARNING)]

    def test_it_is_kept_open_and_then_dated_back(self):
        rule = Rule(warning=70, keep_open_s=20)
        opened, closed = (OPENED, 0, WARNING), (CLOSED, 10, WARNING)
        assert followed(rule, 75, 10, 10)[1] == [opened]
        assert followed(rule, 75, 10, 10, 10)[1] == [opened, closed]

    def test_a_breach_while_it_is_kept_open_goes_on(self):
        rule = Rule(warning=70, keep_open_s=20)
        _, events = followed(rule, 75, 10, 10, 75, 10, 10, 10)
        assert events == [(OPENED, 0, WARNING), (CLOSED, 40, WARNING)]

    def test_the_worst_is_told_when_it_closes(self):
        _, events = follow(Standing(), SEED, [(0, 75), (1, 99), (2, 80), (3, 5)])
        assert (events[-1].what, events[-1].peak_value, events[-1].peak_ms) == (CLOSED, 99, 1)

    def test_the_least_is_the_worst_where_less_is_worse(self):
        rule = Rule(Direction.BELOW, warning=20, critical=10)
        _, events = follow(Standing(), rule, [(0, 15), (1, 9), (2, 12), (3, 21)])
        assert [(e.what, e.level) for e in events] == [
            (OPENED, WARNING), (CHANGED, CRITICAL), (CHANGED, WARNING), (CLOSED, WARNING),
        ]  # fmt: skip
        assert events[-1].peak_value == 9

    def test_all_is_forgotten_when_it_is_over(self):
        assert followed(SEED, 99, 5)[0] == Standing(newest_ms=10_000)


class TestLevels:
    def test_it_gets_worse_after_the_duration(self):
        _, events = followed(CALM, 75, 75, 75, 75, 95, 95, 95, 95)
        assert events == [(OPENED, 0, WARNING), (CHANGED, 70, CRITICAL)]

    def test_it_gets_better_after_it_was_kept_open(self):
        _, events = followed(CALM, 95, 95, 95, 95, 75, 75, 75, 75)
        assert events == [(OPENED, 0, CRITICAL), (CHANGED, 70, WARNING)]

    def test_between_the_levels_and_recovery_it_is_at_the_least_level(self):
        _, events = followed(CALM, 95, 95, 95, 95, 65, 65, 65, 65)
        assert events[-1] == (CHANGED, 70, WARNING)

    def test_a_level_that_a_rule_lost_is_left(self):
        standing, _ = followed(SEED, 75)
        _, events = followed(Rule(critical=90), 75, 75, standing=standing._replace(newest_ms=-1))
        assert events == [(CLOSED, 0, WARNING)]


class TestSamplesThatDoNotCount:
    def test_one_that_is_late_or_told_twice_changes_nothing(self):
        standing, _ = followed(SEED, 10, 10)
        for at_ms in (0, 9_999, 10_000):
            assert step(standing, SEED, at_ms, 99) == (standing, None)

    @pytest.mark.parametrize("standing", [Standing(), followed(SEED, 99)[0]])
    def test_what_is_no_number_changes_nothing(self, standing):
        assert step(standing, SEED, 50_000, math.nan) == (standing, None)
        assert follow(standing, SEED, [(50_000, math.nan)]) == (standing, [])

    def test_infinity_is_a_number(self):
        assert step(Standing(), SEED, 1, math.inf)[0].level is CRITICAL

    def test_a_long_time_without_samples_begins_anew(self):
        standing, _ = followed(CALM, 75, 75)
        standing, event = step(standing, CALM, 10_000 + GAP_MS + 1, 75)
        assert (event, standing.breaching_count) == (None, 1)

    def test_rare_samples_are_no_gap(self):
        rule = Rule(warning=70, for_s=7200)
        assert followed(rule, 75, 75, 75, step_s=3600)[1] == [(OPENED, 0, WARNING)]


levels = st.sampled_from([None, 10.0, 20.0, 30.0])
rules = st.builds(
    Rule,
    st.sampled_from(Direction),
    *[levels] * 3,
    recovery=levels,
    for_s=st.sampled_from([0, 2, 5]),
    minimum_samples=st.integers(1, 3),
    keep_open_s=st.sampled_from([0, 2, 5]),
)
histories = st.lists(st.floats(0, 40), max_size=40)


@given(rules, histories, st.integers(0, 40))
def test_it_makes_no_difference_in_which_batches_samples_come(rule, values, cut):
    samples = [(n * 1000, value) for n, value in enumerate(values)]
    whole = follow(Standing(), rule, samples)
    standing, first = follow(Standing(), rule, samples[:cut])
    standing, rest = follow(standing, rule, samples[cut:])
    assert (standing, first + rest) == whole


@given(rules, histories)
def test_it_opens_and_closes_in_turn_and_in_order(rule, values):
    standing, events = follow(Standing(), rule, [(n * 1000, v) for n, v in enumerate(values)])
    turns = [event.what for event in events if event.what is not CHANGED]
    assert turns == [OPENED, CLOSED] * (len(turns) // 2) + [OPENED] * (len(turns) % 2)
    assert (standing.level is not None) == bool(len(turns) % 2)
    spans = [event.at_ms for event in events if event.what is not CHANGED]
    assert spans == sorted(spans)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60), st.sampled_from([0, 3, 7]))
def test_the_simple_oracle_of_a_duration_agrees(values, for_s):
    """It is open from the first time that all of the last seconds were a breach."""
    rule = Rule(warning=50, for_s=for_s, recovery=-1)
    _, events = follow(Standing(), rule, [(n * 1000, value) for n, value in enumerate(values)])
    runs = [n for n in range(len(values) - for_s) if min(values[n : n + for_s + 1]) >= 50]
    assert [event.at_ms // 1000 for event in events] == runs[:1]
