"""Packing loses nothing, not a bit, and what comes back is small."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.metrics.packing import FULL, STRETCH_MS, cut, pack, unpack

NOON = 20_000 * STRETCH_MS + STRETCH_MS // 2

times = st.lists(st.integers(0, 2**53 - 1), min_size=1, max_size=60, unique=True).map(sorted)
anything = st.floats(allow_nan=False, allow_infinity=False)
decimals = st.builds(lambda n, places: n / 10**places, st.integers(-(10**9), 10**9), st.just(3))
wholes = st.integers(-(2**60), 2**60).map(float)


def exact(samples):
    return [(at_ms, struct.pack("<d", value)) for at_ms, value in samples]


def every(interval_ms, values):
    return [(NOON + n * interval_ms, value) for n, value in enumerate(values)]


@given(times, st.data())
def test_what_comes_back_is_the_same_to_the_bit(moments, data):
    kind = data.draw(st.sampled_from([anything, decimals, wholes, anything | decimals | wholes]))
    values = data.draw(st.lists(kind, min_size=len(moments), max_size=len(moments)))
    samples = list(zip(moments, values, strict=True))
    assert exact(unpack(pack(samples))) == exact(samples)


@given(st.lists(decimals, min_size=1, max_size=60), st.lists(st.integers(-3, 3), min_size=60))
def test_values_a_few_steps_beside_their_decimal_come_back_too(values, steps):
    for step, n in zip(steps, range(len(values)), strict=False):
        for _ in range(abs(step)):
            values[n] = math.nextafter(values[n], math.copysign(math.inf, step))
    samples = every(1000, values)
    assert exact(unpack(pack(samples))) == exact(samples)


@pytest.mark.parametrize(
    "values",
    [
        [0.0, -0.0, 0.0],
        [5e-324, -5e-324, 2.2e-308],
        [1.7976931348623157e308, -1.7976931348623157e308],
        [2.0**53, 2.0**53 + 2, -(2.0**63)],
        [48.56800000000001, 48.568, 94.79799999999999],
        [0.1, 0.25, 1e-15, 12345.6789],
        [8_123_457_536.0, 8_123_461_632.0],
    ],
)
def test_values_that_are_easily_lost_are_kept(values):
    samples = every(1, values)
    assert exact(unpack(pack(samples))) == exact(samples)


@pytest.mark.parametrize(
    "samples",
    [
        [],
        [(1, math.nan)],
        [(1, math.inf)],
        [(2, 1.0), (1, 1.0)],
        [(1, 1.0), (1, 1.0)],
        [(-1, 1.0)],
        [(2**53, 1.0)],
    ],
)
def test_what_cannot_be_packed_exactly_is_refused(samples):
    with pytest.raises(ValueError, match="packed"):
        pack(samples)


@pytest.mark.parametrize("data", [b"", b"\x00abc", b"\x02abc"])
def test_what_is_no_pack_is_refused(data):
    with pytest.raises(ValueError, match="not a pack"):
        unpack(data)


@pytest.mark.parametrize(
    ("most", "interval_ms", "values"),
    [
        (0.1, 5000, [42.0] * FULL),
        (1.4, 5000, [round(20 + 9 * math.sin(n * n), 1) for n in range(FULL)]),
        (2.0, 1000, [4096.0 * (2_000_000 + n * n % 9973) for n in range(FULL)]),
        (1.6, 300_000, [40 + n * 7919 % 1000 / 1000 for n in range(288)]),
    ],
)
def test_readings_of_a_machine_are_small(most, interval_ms, values):
    assert len(pack(every(interval_ms, values))) / len(values) <= most


def test_an_unsteady_interval_costs_about_a_byte():
    moments = [NOON + n * 1000 + n * n % 7 for n in range(FULL)]
    assert len(pack([(at_ms, 1.0) for at_ms in moments])) <= FULL


class TestCut:
    def test_a_run_holds_so_many_samples_at_most(self):
        runs = cut(every(1, [1.0] * (2 * FULL + 1)))
        assert [len(run) for run in runs] == [FULL, FULL, 1]

    def test_a_run_ends_with_its_stretch_of_days(self):
        samples = [
            (at_ms, 1.0)
            for at_ms in (0, STRETCH_MS - 1, STRETCH_MS, 3 * STRETCH_MS, 3 * STRETCH_MS + 5)
        ]
        assert [len(run) for run in cut(samples)] == [2, 1, 2]

    def test_of_nothing_there_are_no_runs(self):
        assert cut([]) == []

    @given(times)
    def test_nothing_is_lost_or_moved(self, moments):
        samples = [(at_ms, 1.0) for at_ms in moments]
        assert [sample for run in cut(samples, 7) for sample in run] == samples
