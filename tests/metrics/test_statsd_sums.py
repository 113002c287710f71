"""What StatsD lines become: sums, last values, distributions; bounds; whatever bytes come in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.metrics import statsd_sums
from webapp.metrics.statsd_sums import Sums

AT_MS = 1_700_000_000_000


def summed(*packets, sums=None):
    sums = sums or Sums()
    for packet in packets:
        sums.add(packet)
    return {
        sample.key.name: sample.value
        for sample in sums.take(AT_MS, "web-1")
        if sample.key.source != "watchkeeper"
    }


def counted(*packets):
    sums = Sums()
    for packet in packets:
        sums.add(packet)
    found = {sample.key.name: sample.value for sample in sums.take(AT_MS, "web-1")}
    return found["statsd_received"], found["statsd_refused"]


class TestSums:
    @pytest.mark.parametrize(
        ("packets", "expected"),
        [
            ([b"a:1|c", b"a:2|c"], {"a": 3}),
            ([b"a:1|c|@0.1", b"a:2|c"], {"a": 12}),
            ([b"a:1|c\na:5|c\r\n\nb:1|c\n"], {"a": 6, "b": 1}),
            ([b"a:7|g", b"a:3|g"], {"a": 3}),
            ([b"a:7|g", b"a:+3|g", b"a:-1|g"], {"a": 9}),
            ([b"a:+3|g"], {"a": 3}),
            ([b"u:ann|s", b"u:bob|s", b"u:ann|s"], {"u": 2}),
            ([b"a:1:2:3|c"], {"a": 6}),
            ([], {}),
        ],
    )
    def test_lines_of_an_interval_become_one_value(self, packets, expected):
        assert summed(*packets) == pytest.approx(expected)

    def test_timers_become_count_mean_maximum_and_quantiles(self):
        found = summed(*(b"t:%d|ms" % n for n in range(1, 101)))
        assert (found["t.count"], found["t.mean"], found["t.max"]) == (100, 50.5, 100)
        assert found["t.p50"] == pytest.approx(50, rel=0.03)
        assert found["t.p95"] == pytest.approx(95, rel=0.03)
        assert found["t.p99"] == pytest.approx(99, rel=0.03)

    def test_a_sampled_timer_counts_for_those_left_out(self):
        found = summed(b"t:10|ms|@0.1", b"t:20|ms")
        assert found["t.count"] == 11
        assert found["t.mean"] == pytest.approx(120 / 11)

    def test_histograms_and_distributions_have_no_unit_and_timers_have(self):
        sums = Sums()
        sums.add(b"t:-1|ms\nh:-5|h\nd:5|d")
        units = {sample.key.name: sample.key.unit for sample in sums.take(AT_MS, "web-1")}
        assert (units["t.mean"], units["h.mean"], units["d.max"]) == ("ms", "", "")
        assert units["t.count"] == "count"

    def test_what_was_not_heard_of_again_gives_no_sample(self):
        sums = Sums()
        assert summed(b"a:1|c\ng:5|g\nu:x|s\nt:1|ms", sums=sums)
        assert summed(sums=sums) == {}

    def test_a_gauge_is_remembered_for_what_is_added_later(self):
        sums = Sums()
        assert summed(b"g:5|g", sums=sums) == {"g": 5}
        assert summed(b"g:+2|g", sums=sums) == {"g": 7}

    def test_samples_say_whose_they_are_and_who_listened(self):
        sums = Sums()
        sums.add(b"shop.queue_size.orders:5|g|#zone:b\nshop.x:1|c|#host:db-1")
        found = {sample.key.name: sample for sample in sums.take(AT_MS, "web-1")}
        orders = found["orders"].key
        assert (orders.kind.value, orders.metric_type, orders.source) == (
            "application",
            "queue_size",
            "shop",
        )
        assert orders.labels == (("host", "web-1"), ("zone", "b"))
        assert found["x"].key.labels == (("host", "db-1"),)
        assert found["x"].at_ms == AT_MS


class TestBounds:
    def test_lines_are_counted_and_bad_ones_too(self):
        assert counted(b"a:1|c\nbad\n_e{1,1}:a|b", b"\xff\xfe") == (4, 2)

    def test_too_many_names_are_refused_and_known_ones_go_on(self, monkeypatch):
        monkeypatch.setattr(statsd_sums, "MOST_NAMES", 3)
        packets = [b"m%d:1|c" % n for n in range(5)]
        assert counted(*packets, b"m0:1|c") == (6, 2)

    def test_a_set_that_grows_without_end_is_cut(self, monkeypatch):
        monkeypatch.setattr(statsd_sums, "MOST_OF_A_SET", 3)
        assert summed(*(b"u:%d|s" % n for n in range(9))) == {"u": 3}

    def test_the_gauges_heard_of_longest_ago_are_forgotten(self, monkeypatch):
        monkeypatch.setattr(statsd_sums, "MOST_NAMES", 2)
        sums = Sums()
        for name in (b"a", b"b", b"c"):
            summed(name + b":5|g", sums=sums)
        assert [name.name for name in sums.gauges] == ["b", "c"]

    def test_a_sum_that_is_no_number_any_more_is_left_out(self):
        assert summed(b"a:1e308|c|@0.1", b"a:1e308|c|@0.1", b"b:1|c") == {"b": 1}

    @settings(max_examples=300)
    @given(
        st.lists(
            st.binary(max_size=80)
            | st.text("ab.1:|@#,\ncgmshd+-e9", max_size=40).map(lambda text: text.encode()),
            max_size=5,
        )
    )
    def test_any_packets_are_summed(self, packets):
        received, refused = counted(*packets)
        assert 0 <= refused <= received
