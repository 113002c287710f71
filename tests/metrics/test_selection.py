"""Series by what they are."""

import pytest

from tests.metrics.makers import machine, record, sample
from webapp.core import clock
from webapp.metrics.models import MetricKind
from webapp.metrics.selection import Wanted, series_between


@pytest.fixture
def recorded(context):
    now = clock.now()
    record(
        context,
        *machine(now),
        sample("disk_percent", 1.0, at=now, mount="/home"),
        sample("disk_percent", 2.0, host="web-2", at=now, mount="/"),
        sample("latency_ms", 3.0, at=now),
    )
    return context


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Wanted(name="disk_percent"), 3),
        (Wanted(name="disk_percent", labels={"mount": "/"}), 2),
        (Wanted(name="disk_percent", source="web-2", labels={"mount": "/"}), 1),
        (Wanted(labels={"mount": "/", "colour": "red"}), 0),
        (Wanted(labels={"mount": "' OR 1=1 --"}), 0),
        (Wanted(labels={'a"b.c[0]': "x"}), 0),
        (Wanted(kind=MetricKind.APPLICATION), 1),
        (Wanted(metric_type="disk"), 3),
    ],
)
def test_series_are_found_by_all_that_is_given(recorded, wanted, count):
    rows, total = series_between(wanted, 0, limit=50, offset=0)
    assert len(rows) == total == count


def test_a_page_is_part_of_all_and_old_series_are_left_out(recorded):
    rows, total = series_between(Wanted(name="disk_percent"), 0, limit=2, offset=2)
    assert (len(rows), total) == (1, 3)
    later = clock.to_ms(clock.now()) + 1000
    assert series_between(Wanted(), later, limit=2, offset=0) == ([], 0)
