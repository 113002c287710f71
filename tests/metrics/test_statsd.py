"""What a StatsD line says, from the clients people use; and lines that are none."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.metrics.statsd import Unreadable, read_line


class TestNames:
    @pytest.mark.parametrize(
        ("line", "service", "metric_type", "name", "labels"),
        [
            (b"hits:1|c", "statsd", "custom", "hits", ()),
            (b"shop.hits:1|c", "shop", "custom", "hits", ()),
            (b"shop.web.hits:1|c", "shop", "custom", "web.hits", ()),
            (b"shop.queue_size.orders:1|g", "shop", "queue_size", "orders", ()),
            (b"shop.response_time.checkout:1|ms", "shop", "response_time", "checkout", ()),
            (b"shop.request:1|c", "shop", "custom", "request", ()),
            (b"hits:1|c|#service:shop", "shop", "custom", "hits", ()),
            (b"a.hits:1|c|#service:shop", "shop", "custom", "a.hits", ()),
            (b"s.hits:1|c|#b:2,a:1", "s", "custom", "hits", (("a", "1"), ("b", "2"))),
            (b"s.hits:1|c|#flag,url:http://x", "s", "custom", "hits", (("flag", "true"), ("url", "http://x"))),
            (b"s.a b/c:1|c", "s", "custom", "a_b_c", ()),
            (b"s.404:1|c", "s", "custom", "_404", ()),
            (b"s.hits:1|c|@0.5|#a:1|c:container|T1700000000", "s", "custom", "hits", (("a", "1"),)),
        ],
    )  # fmt: skip
    def test_the_name_says_whose_it_is(self, line, service, metric_type, name, labels):
        found = read_line(line).name
        assert (found.service, found.metric_type) == (service, metric_type)
        assert (found.name, found.labels) == (name, labels)


class TestValues:
    @pytest.mark.parametrize(
        ("line", "kind", "values", "rate", "is_delta"),
        [
            (b"a:1|c", "c", (1.0,), 1, False),
            (b"a:-3|c", "c", (-3.0,), 1, False),
            (b"a:2|c|@0.1", "c", (2.0,), 0.1, False),
            (b"a:1.5e3|g", "g", (1500.0,), 1, False),
            (b"a:+4|g", "g", (4.0,), 1, True),
            (b"a:-4|g", "g", (-4.0,), 1, True),
            (b"a:320|ms|@0.5", "ms", (320.0,), 0.5, False),
            (b"a:.5|h", "h", (0.5,), 1, False),
            (b"a:5.|d", "d", (5.0,), 1, False),
            (b"a:1:2:3|ms", "ms", (1.0, 2.0, 3.0), 1, False),
        ],
    )
    def test_values_are_read(self, line, kind, values, rate, is_delta):
        found = read_line(line)
        assert (found.kind, found.values) == (kind, values)
        assert (found.rate, found.is_delta) == (rate, is_delta)

    def test_a_set_keeps_texts(self):
        assert read_line(b"a:ann@example.org|s").texts == (b"ann@example.org",)


class TestOthers:
    @pytest.mark.parametrize("line", [b"_e{5,4}:title|text", b"_sc|name|0"])
    def test_events_and_checks_are_no_metrics(self, line):
        assert read_line(line) is None

    @pytest.mark.parametrize(
        "line",
        [
            b"a",
            b"a:1",
            b"a|c",
            b"a:|c",
            b":1|c",
            b"a:1|x",
            b"a:1|",
            b"a:one|c",
            b"a:nan|g",
            b"a:inf|g",
            b"a:1_0|c",
            b"a:1e999|c",
            b"a:0x10|c",
            b"a:1|c|@0",
            b"a:1|c|@2",
            b"a:1|c|@x",
            b"a:1|c|@nan",
            b"\xff:1|c",
            b"a:1|c|#x:\xff",
            b"a:1|c|#x:" + b"y" * 201,
            b"a" * 101 + b":1|c",
            b"a:1|c|#" + b",".join(b"%d:x" % n for n in range(17)),
            b"a:1|c|#service:a/b",
            b"a:1|c|" + b"x" * 9000,
        ],
    )
    def test_what_is_no_metric_is_refused(self, line):
        with pytest.raises(Unreadable):
            read_line(line)

    @settings(max_examples=500)
    @given(
        st.binary(max_size=60)
        | st.text("a.1:|@#,_{e}cgmshd+-", max_size=30).map(lambda text: text.encode())
    )
    def test_any_bytes_are_read_or_refused(self, line):
        with suppress(Unreadable):
            read_line(line)
