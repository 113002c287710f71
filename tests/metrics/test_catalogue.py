"""Everything measured is described, and everything described can be drawn."""

import subprocess
import sys
from pathlib import Path

import pytest

from webapp.metrics.catalogue import CHARTS, DESCRIBED, SOURCES, in_chart
from webapp.metrics.readings import SystemMetricType

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs" / "readings.md"
NOT_DRAWN = {"uptime_s"}
ABOVE_A_HUNDRED = {"container_cpu_percent"}  # of one core


@pytest.mark.parametrize("name", DESCRIBED)
def test_each_measure_says_what_it_is(name):
    measure = DESCRIBED[name]
    assert measure.label
    assert measure.description.endswith(".")
    assert len(name) <= 100
    assert len(measure.unit) <= 20
    assert (measure.unit == "%" and name not in ABOVE_A_HUNDRED) == (measure.ceiling == 100)
    assert measure.chart in CHARTS or name in NOT_DRAWN


OF_MACHINES = [n for n, m in DESCRIBED.items() if isinstance(m.metric_type, SystemMetricType)]


@pytest.mark.parametrize("name", OF_MACHINES)
def test_each_reading_of_a_machine_is_in_the_docs(name):
    measure = DESCRIBED[name]
    row = f"| `{name}` | {measure.unit or 'number'} | {measure.label} | {measure.description} |"
    assert row in DOCS.read_text(), f"docs/readings.md lacks: {row}"


def test_what_an_agent_runs_needs_nothing_but_psutil():
    asked = (
        "import sys, webapp.metrics.machine, webapp.metrics.system;"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    others = set(told.stdout.split()) - sys.stdlib_module_names - {"webapp", "psutil", "__main__"}
    assert {name for name in others if not name.startswith("_")} == set()


def test_no_two_measures_have_the_same_name():
    told = [measure.name for source in SOURCES.values() for measure in source.measures]
    assert len(told) == len(set(told))


def test_charts_of_a_section_stand_together():
    sections = [chart.section for chart in CHARTS.values()]
    firsts = [name for n, name in enumerate(sections) if n == 0 or sections[n - 1] != name]
    assert len(firsts) == len(set(firsts))


@pytest.mark.parametrize("chart", CHARTS)
def test_each_chart_has_lines_of_one_unit(chart):
    assert len({DESCRIBED[name].unit for name in in_chart(chart)}) == 1


def test_every_system_type_is_measured():
    assert {m.metric_type for m in DESCRIBED.values()} >= set(SystemMetricType) - {
        SystemMetricType.CUSTOM
    }
