"""What is taken of what was sent, and why the rest is not: tables, and whatever JSON can hold."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.core import clock
from webapp.metrics.identity import Sender
from webapp.metrics.intake import count_items, read_rows, read_samples, window

NOW = clock.EPOCH + timedelta(days=20_000)
NOW_MS = clock.to_ms(NOW)
OPEN = window(NOW, 7)
OLDEST_MS = NOW_MS - 7 * 86_400_000 + 3_600_000
HOST = Sender(host="web-1")
NOBODY = Sender()
GOOD = {"metric_type": "cpu", "name": "cpu_percent", "value": 12.5}


def one(changes, sender=HOST):
    item = {key: value for key, value in (GOOD | changes).items() if value is not Ellipsis}
    return read_samples([item], sender, OPEN)


class TestSamples:
    def test_a_sample_is_taken_with_what_the_sender_said_once(self):
        taken = read_samples([GOOD], HOST, OPEN)
        (key,) = taken.keys
        assert (key.kind.value, key.metric_type, key.name) == ("system", "cpu", "cpu_percent")
        assert (key.unit, key.source, key.labels) == ("", "web-1", ())
        assert (taken.which, taken.at_ms, taken.values, taken.items) == ([0], [NOW_MS], [12.5], [0])
        assert taken.refused == []

    @pytest.mark.parametrize(
        ("changes", "kind", "source"),
        [
            ({"host": "db-1"}, "system", "db-1"),
            ({"kind": "application", "service": "s", "metric_type": "request"}, "application", "s"),
            ({"service": "shop", "metric_type": "custom"}, "application", "shop"),
            ({"metric_type": "custom"}, "system", "web-1"),
        ],
    )
    def test_a_sample_that_says_whose_it_is_is_believed(self, changes, kind, source):
        (key,) = one(changes).keys
        assert (key.kind.value, key.source) == (kind, source)

    def test_without_a_host_the_sender_is_a_service(self):
        sender = Sender(service="shop")
        (key,) = one({"metric_type": "task_count"}, sender).keys
        assert (key.kind.value, key.source) == ("application", "shop")

    def test_labels_are_sorted_and_details_are_another_word_for_them(self):
        (first,) = one({"labels": {"b": "2", "a": "1"}}).keys
        (second,) = one({"details": {"a": "1", "b": "2"}}).keys
        assert first == second
        assert first.labels == (("a", "1"), ("b", "2"))

    def test_samples_of_one_series_share_its_key(self):
        taken = read_samples([GOOD, GOOD | {"name": "other"}, GOOD | {"value": 1}], HOST, OPEN)
        assert (len(taken.keys), taken.which) == (2, [0, 1, 0])
        assert taken.values == [12.5, 12.5, 1.0]
        assert all(type(value) is float for value in taken.values)

    @pytest.mark.parametrize(
        ("at", "at_ms"),
        [
            (NOW_MS - 1, NOW_MS - 1),
            (float(NOW_MS), NOW_MS),
            (NOW.isoformat(), NOW_MS),
            (NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), NOW_MS),
            ("2024-10-04T02:00:00.1239+02:00", NOW_MS + 123),
            (NOW_MS + 300_000, NOW_MS + 300_000),
            (OLDEST_MS, OLDEST_MS),
        ],
    )
    def test_moments_are_read(self, at, at_ms):
        assert one({"timestamp": at}).at_ms == [at_ms]

    @pytest.mark.parametrize(
        ("changes", "field", "part"),
        [
            ({"value": float("nan")}, "value", "finite"),
            ({"value": float("inf")}, "value", "finite"),
            ({"value": 10**400}, "value", "finite"),
            ({"value": "12"}, "value", "number"),
            ({"value": True}, "value", "number"),
            ({"value": None}, "value", "number"),
            ({"value": ...}, "value", "number"),
            ({"value": [1]}, "value", "number"),
            ({"metric_type": "coffee"}, "metric_type", "cpu, memory"),
            ({"metric_type": "request"}, "metric_type", "cpu, memory"),
            ({"metric_type": ...}, "metric_type", "custom"),
            ({"metric_type": ["cpu"]}, "metric_type", "cpu"),
            ({"kind": "machine"}, "kind", "system or application"),
            ({"kind": {}}, "kind", "system or application"),
            ({"name": ...}, "name", "letters"),
            ({"name": ""}, "name", "letters"),
            ({"name": "9lives"}, "name", "letters"),
            ({"name": "a b"}, "name", "letters"),
            ({"name": "a" * 101}, "name", "100"),
            ({"name": "a\n"}, "name", "letters"),
            ({"name": {"a": 1}}, "name", "letters"),
            ({"unit": 5}, "unit", "20"),
            ({"unit": "x" * 21}, "unit", "20"),
            ({"host": ""}, "host", "name of the host"),
            ({"host": ".."}, "host", "name of the host"),
            ({"host": "a/b"}, "host", "slash"),
            ({"host": "a\x00"}, "host", "line break"),
            ({"host": "\ud800"}, "host", "line break"),
            ({"host": "x" * 256}, "host", "255"),
            ({"host": 7}, "host", "name of the host"),
            ({"host": "a", "service": "b"}, "service", "label"),
            ({"kind": "application", "metric_type": "request"}, "service", "which service"),
            ({"kind": "application", "host": "x", "metric_type": "request"}, "host", "label"),
            ({"labels": []}, "labels", "object"),
            ({"labels": {"a": 1}}, "labels.a", "text"),
            ({"labels": {"a": {}}}, "labels.a", "text"),
            ({"labels": {"a": "x" * 201}}, "labels.a", "200"),
            ({"labels": {"a": "\x00"}}, "labels.a", "text"),
            ({"labels": {"": "x"}}, "labels", "names"),
            ({"labels": {"x" * 51: "x"}}, "labels", "50"),
            ({"labels": {str(n): "x" for n in range(17)}}, "labels", "16"),
            ({"timestamp": OLDEST_MS - 1}, "timestamp", "last 7 days"),
            ({"timestamp": NOW_MS // 1000}, "timestamp", "last 7 days"),
            ({"timestamp": NOW_MS + 300_001}, "timestamp", "5 minutes ahead"),
            ({"timestamp": 10**40}, "timestamp", "ahead"),
            ({"timestamp": float("nan")}, "timestamp", "RFC 3339"),
            ({"timestamp": "2024-10-04T00:00:00"}, "timestamp", "zone"),
            ({"timestamp": "yesterday"}, "timestamp", "RFC 3339"),
            ({"timestamp": "9" * 5000}, "timestamp", "RFC 3339"),
            ({"timestamp": True}, "timestamp", "RFC 3339"),
            ({"timestamp": [1]}, "timestamp", "RFC 3339"),
            ({"colour": "red"}, "colour", "no such field"),
        ],
    )
    def test_a_wrong_item_is_told_what_was_expected(self, changes, field, part):
        taken = one(changes)
        (refusal,) = taken.refused
        assert (refusal.index, refusal.field) == (0, field)
        assert part in refusal.message
        assert taken.which == []

    def test_without_any_host_a_sample_is_asked_for_one(self):
        (refusal,) = one({"kind": "system"}, NOBODY).refused
        assert refusal.field == "host"

    def test_one_wrong_item_does_not_spoil_the_others(self):
        taken = read_samples([GOOD, 7, GOOD | {"value": "x"}, GOOD], HOST, OPEN)
        assert taken.items == [0, 3]
        assert [refusal.index for refusal in taken.refused] == [1, 2]


SERIES = [{"metric_type": "cpu", "name": "a"}, {"metric_type": "cpu", "name": "b"}]


class TestRows:
    def test_a_row_holds_a_moment_and_values_by_number_of_the_series(self):
        taken = read_rows(SERIES, [[NOW_MS, [1, 2.5, 0, 7]], [NOW_MS + 1, [0, 8]]], HOST, OPEN)
        assert [key.name for key in taken.keys] == ["a", "b"]
        assert (taken.which, taken.values) == ([1, 0, 0], [2.5, 7.0, 8.0])
        assert taken.at_ms == [NOW_MS, NOW_MS, NOW_MS + 1]
        assert taken.items == [0, 1, 2]
        assert taken.refused == []

    @pytest.mark.parametrize(
        ("row", "refused", "taken"),
        [
            ([NOW_MS, [0, "x", 1, 2]], [(1, "value")], [2]),
            ([NOW_MS, [0, float("nan"), 1, 2]], [(1, "value")], [2]),
            ([NOW_MS, [0, 10**400, 1, True]], [(1, "value"), (2, "value")], []),
            ([NOW_MS, [2, 1, 1, 2]], [(1, "series")], [2]),
            ([NOW_MS, [-1, 1, True, 2]], [(1, "series"), (2, "series")], []),
            ([NOW_MS, [0.0, 1, "0", 2]], [(1, "series"), (2, "series")], []),
            ([0, [0, 1, 1, 2]], [(1, "timestamp"), (2, "timestamp")], []),
            ([NOW_MS, [0, 1, 1]], [(1, "rows.1.1")], []),
            ([NOW_MS, {"0": 1}], [(1, "rows.1.1")], []),
            ([NOW_MS], [(1, "rows.1")], []),
            ("row", [(1, "rows.1")], []),
        ],
    )
    def test_what_is_wrong_in_a_row_is_told_alone(self, row, refused, taken):
        found = read_rows(SERIES, [[NOW_MS, [0, 1]], row, [NOW_MS + 1, [1, 9]]], HOST, OPEN)
        assert [(each.index, each.field) for each in found.refused] == refused
        assert found.items[0] == 0
        assert found.items[1:-1] == taken
        assert found.values[-1] == 9

    def test_the_values_of_a_wrong_series_are_refused_with_its_reason(self):
        series = [SERIES[0], {"metric_type": "cpu", "name": "9"}, 5]
        found = read_rows(series, [[NOW_MS, [0, 1, 1, 2, 2, 3]]], HOST, OPEN)
        assert found.values == [1]
        assert [(r.index, r.field) for r in found.refused] == [
            (1, "series.1.name"),
            (2, "series.2"),
        ]

    def test_items_are_counted_before_they_are_judged(self):
        assert count_items([1, 2], []) == 2
        assert count_items([], [[NOW_MS, [0, 1, 1, 2]], [NOW_MS, 5], 7]) == 3


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
item = st.fixed_dictionaries(
    {},
    optional={
        name: json | st.sampled_from(["cpu", "system", "a", NOW_MS, 1.5])
        for name in (*GOOD, "kind", "unit", "host", "service", "labels", "timestamp")
    },
)


class TestAnything:
    @settings(max_examples=300)
    @given(samples=st.lists(item | json, max_size=4))
    def test_whatever_is_sent_each_item_is_taken_or_refused(self, samples):
        taken = read_samples(samples, HOST, OPEN)
        told = taken.items + [refusal.index for refusal in taken.refused]
        assert sorted(told) == list(range(len(samples)))

    @settings(max_examples=300)
    @given(
        series=st.lists(item | json, max_size=3),
        rows=st.lists(
            st.tuples(json | st.just(NOW_MS), st.lists(json | st.integers(0, 3))).map(list) | json,
            max_size=4,
        ),
    )
    def test_whatever_rows_are_sent_nothing_is_raised(self, series, rows):
        taken = read_rows(series, rows, HOST, OPEN)
        told = taken.items + [refusal.index for refusal in taken.refused]
        assert len(set(told)) == len(told)
        assert len(taken.which) == len(taken.values) == len(taken.at_ms) == len(taken.items)
