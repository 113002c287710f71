"""Pages keep their buckets exactly, and what they sum up is what the samples say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.sketch import Sketch
from webapp.metrics import pages
from webapp.metrics.pages import BUCKETS, EMPTY, Bucket, new_page, open_page, summed

anything = st.floats(allow_nan=False, allow_infinity=False)
decimals = st.builds(lambda n: n / 100, st.integers(-(10**6), 10**6))
values = st.lists(anything, min_size=1, max_size=8) | st.lists(decimals, min_size=1, max_size=8)


def page_of(tier, found):
    page = new_page(tier)
    for number, samples in found.items():
        page.put(number, summed(samples), Sketch(samples))
    return page


class TestPage:
    @given(st.sampled_from(list(BUCKETS)), st.data())
    def test_what_is_laid_on_a_page_is_read_from_it(self, tier, data):
        found = data.draw(st.dictionaries(st.integers(0, BUCKETS[tier] - 1), values))
        page = open_page(tier, *page_of(tier, found).pack())
        for number in range(BUCKETS[tier]):
            expected = summed(found[number]) if number in found else EMPTY
            bucket = page.bucket(number)
            assert bucket[:1] + bucket[2:] == expected[:1] + expected[2:]
            assert bucket.total == pytest.approx(expected.total, rel=1e-13)
            sketch = Sketch.from_bytes(page.sketches[number])
            assert sketch.buckets == Sketch(found.get(number, ())).buckets

    def test_a_full_page_and_an_empty_one_come_back(self):
        full = page_of(60, {number: [1.5, number] for number in range(60)})
        assert open_page(60, *full.pack()) == full
        assert open_page(60, *new_page(60).pack()) == new_page(60)

    def test_a_bucket_is_replaced_by_one_of_more_samples_and_of_the_same(self):
        page = page_of(60, {3: [1.0, 2.0]})
        for samples in ([1.0, 2.0, 9.0], [4.0, 5.0, 6.0]):
            page.put(3, summed(samples), Sketch(samples))
            assert page.bucket(3) == summed(samples)

    def test_a_bucket_keeps_what_has_been_forgotten_since(self):
        page = page_of(60, {3: [1.0, 2.0]})
        page.put(3, summed([7.0]), Sketch([7.0]))
        page.put(4, EMPTY, Sketch())
        assert (page.bucket(3), page.bucket(4)) == (Bucket(2, 3.0, 1.0, 2.0), EMPTY)

    @pytest.mark.parametrize("kind", ["decimals", "floats", "gaps"])
    @pytest.mark.parametrize("size", [1, 2, 5, 60])
    def test_buckets_can_be_read_in_steps_of_several(self, kind, size):
        values = {n: [n / 4, -n / 8] if kind != "floats" else [n / 7, n / 3] for n in range(60)}
        if kind == "gaps":
            values = {n: found for n, found in values.items() if n % 7 and n > 11}
        data, _ = page_of(60, values).pack()
        found = pages.unpack_columns(data, 60, size)
        for step in range(60 // size):
            inside = [values[n] for n in range(step * size, (step + 1) * size) if n in values]
            expected = pages.merged(map(summed, inside))
            bucket = found.bucket(step)
            assert bucket[:1] + bucket[2:] == expected[:1] + expected[2:]
            assert bucket.total == pytest.approx(expected.total)

    @pytest.mark.parametrize("kind", ["decimals", "floats", "gaps", "uneven"])
    @pytest.mark.parametrize("size", [1, 5])
    def test_counts_and_totals_are_the_same_without_the_ends(self, kind, size):
        values = {n: [n / 4, -n / 8] if kind != "floats" else [n / 7, n / 3] for n in range(60)}
        if kind == "gaps":
            del values[7]
        if kind == "uneven":
            values[7] = [2.25]
        data, _ = page_of(60, values).pack()
        whole = pages.unpack_columns(data, 60, size)
        half = pages.unpack_columns(data, 60, size, ends=False)
        assert half[:2] == whole[:2]
        assert {len(column) for column in half} == {60 // size}

    def test_what_is_no_page_is_refused(self):
        with pytest.raises(ValueError, match="not a page"):
            pages.unpack_columns(b"\x02", 60)

    def test_an_hour_of_percentages_every_five_seconds_is_small(self):
        minutes = {
            minute: [round(30 + 8 * math.sin(n * n + minute), 1) for n in range(12)]
            for minute in range(60)
        }
        data, sketches = page_of(60, minutes).pack()
        assert len(data) <= 300
        assert len(sketches) <= 800


class TestSummed:
    @pytest.mark.parametrize(
        ("samples", "bucket"),
        [
            ([2.0], Bucket(1, 2.0, 2.0, 2.0)),
            ([0.1] * 10, Bucket(10, 1.0, 0.1, 0.1)),
            ([-1.0, 3.0], Bucket(2, 2.0, -1.0, 3.0)),
            ([1e308, 1e308], Bucket(2, pages.LARGEST, 1e308, 1e308)),
            ([-1e308, -1e308], Bucket(2, -pages.LARGEST, -1e308, -1e308)),
        ],
    )
    def test_samples_come_to_a_bucket(self, samples, bucket):
        assert summed(samples) == bucket

    @given(st.lists(values, min_size=1, max_size=5))
    def test_buckets_come_to_what_their_samples_come_to(self, parts):
        found = pages.merged(map(summed, parts))
        whole = summed([value for part in parts for value in part])
        assert found[:1] + found[2:] == whole[:1] + whole[2:]
        scale = sum(abs(value) / 40 for part in parts for value in part) or 1
        assert found.total / scale == pytest.approx(whole.total / scale, abs=1e-9)

    def test_of_nothing_comes_nothing(self):
        assert pages.merged([]) == EMPTY
        assert pages.merged([EMPTY, EMPTY]) == EMPTY


class TestPlaces:
    @pytest.mark.parametrize(
        ("tier", "at_ms", "start_ms"),
        [
            (60, 3_599_999, 0),
            (60, 3_600_000, 3_600_000),
            (3600, 3 * 86_400_000 - 1, 0),
            (86_400, 65 * 86_400_000, 64 * 86_400_000),
        ],
    )
    def test_a_moment_is_in_one_page_of_each_tier(self, tier, at_ms, start_ms):
        assert pages.page_start(at_ms, tier) == start_ms

    def test_samples_are_gathered_by_bucket(self):
        samples = [(0, 1.0), (59_999, 2.0), (60_000, 3.0), (600_000, 4.0)]
        assert list(pages.by_bucket(samples, 60_000)) == [
            (0, [1.0, 2.0]),
            (60_000, [3.0]),
            (600_000, [4.0]),
        ]
