"""Everything measured is described, and everything described can be drawn."""

import pytest

from webapp.metrics.catalogue import CHARTS, DESCRIBED, in_chart
from webapp.metrics.readings import SystemMetricType

NOT_DRAWN = {"uptime_s", "cache_clients", "cache_keys"}


@pytest.mark.parametrize("name", DESCRIBED)
def test_each_measure_says_what_it_is(name):
    measure = DESCRIBED[name]
    assert measure.label
    assert measure.description.endswith(".")
    assert len(name) <= 100
    assert len(measure.unit) <= 20
    assert (measure.unit == "%") == (measure.ceiling == 100)
    assert measure.chart in CHARTS or name in NOT_DRAWN


@pytest.mark.parametrize("chart", CHARTS)
def test_each_chart_has_lines_of_one_unit(chart):
    assert len({DESCRIBED[name].unit for name in in_chart(chart)}) == 1


def test_every_system_type_is_measured():
    assert {m.metric_type for m in DESCRIBED.values()} >= set(SystemMetricType) - {
        SystemMetricType.CUSTOM
    }
