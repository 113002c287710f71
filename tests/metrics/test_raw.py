"""Raw samples are read the same whether they are sealed or not."""

import pytest

from tests.metrics.histories import HOUR_MS, NOON, add, new_series, seal
from tests.statements import count_statements
from webapp.metrics import raw

OLD = NOON - 5 * HOUR_MS


def every(step_ms, count, start_ms=OLD):
    return [(start_ms + n * step_ms, n / 8) for n in range(count)]


class TestSamples:
    def test_from_is_inside_and_to_is_outside_in_rows_and_chunks(self, context):
        one = new_series()
        add(one, every(1000, 10))
        for _ in range(2):
            found = raw.samples(one, OLD + 2000, OLD + 5000)
            assert [at_ms - OLD for at_ms, _ in found] == [2000, 3000, 4000]
            seal(NOON)

    def test_several_series_cost_two_statements(self, context):
        many = [new_series(host=f"web-{n}") for n in range(3)]
        for each in many:
            add(each, every(1000, 3))
        with count_statements(context) as statements:
            assert raw.samples_of(many, 0, NOON) == {each: every(1000, 3) for each in many}
        assert len(statements) == 2

    def test_of_no_series_nothing_is_asked(self, context):
        with count_statements(context) as statements:
            assert raw.samples_of([], 0, NOON) == {}
        assert statements == []


class TestRisenAt:
    """Since when a value has been at a limit, whether that is sealed or not."""

    @pytest.mark.parametrize(
        ("below", "risen"), [(range(50), 50), ([3, 70], 71), ([], 0), (range(2), 2), ([119], None)]
    )
    def test_it_is_the_first_sample_after_the_last_one_below(self, context, below, risen):
        one = new_series()
        samples = [
            (NOON - 2 * HOUR_MS + n * 60_000, 10.0 if n in below else 95.0) for n in range(120)
        ]
        add(one, samples)
        for now_ms in (NOON - HOUR_MS, NOON, NOON + HOUR_MS, NOON + 3 * HOUR_MS):
            seal(now_ms)
            expected = None if risen is None else samples[risen][0]
            assert raw.risen_at(one, 90.0, 0) == expected

    def test_it_looks_no_further_back_than_asked(self, context):
        one = new_series()
        add(one, every(60_000, 100))
        for _ in range(2):
            assert raw.risen_at(one, 0.0, OLD + 90_000) == OLD + 120_000
            seal(NOON)
        assert raw.risen_at(4711, 0.0, 0) is None
