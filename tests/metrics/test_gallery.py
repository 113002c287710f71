"""Which charts a source has."""

import pytest

from webapp.metrics.catalogue import CHARTS, DESCRIBED
from webapp.metrics.gallery import (
    OWN,
    SECTIONS,
    Named,
    arrange,
    chart_of,
    label_of,
    names_of,
    natural,
    readable,
)
from webapp.metrics.readings import ApplicationMetricType, SystemMetricType


def arranged(*found):
    return arrange(found, DESCRIBED, CHARTS)


def test_what_is_described_is_drawn_together_in_the_order_of_the_catalogue():
    found = arranged(
        Named("memory", "ram_percent", "%", 1),
        Named("cpu", "load_5", "", 1),
        Named("cpu", "cpu_percent", "%", 1),
        Named("cpu", "load_1", "", 1),
    )
    assert [section.title for section in found] == ["Processor", "Memory"]
    cpu, load = found[0].pictures
    assert (cpu.id, cpu.ceiling, cpu.title) == ("cpu", 100, "CPU")
    assert (load.id, load.count) == ("load", 2)
    assert load.text.count("averaged") == 1


def test_everything_else_has_a_chart_for_each_name_under_its_type():
    found = arranged(
        Named("custom", "jobs_done", "", 2),
        Named("request", "hits", "", 3),
        Named("custom", "jobs_done", "s", 1),
    )
    assert [section.title for section in found] == ["Requests", "Metrics of its own"]
    (jobs,) = found[1].pictures
    assert (jobs.id, jobs.title, jobs.count) == (OWN + "jobs_done", "Jobs done", 3)


def test_a_type_that_is_not_known_comes_last_and_is_named():
    found = arranged(Named("tea", "cups", "", 1), Named("custom", "x", "", 1))
    assert [section.title for section in found] == ["Metrics of its own", "Tea"]


def test_a_section_has_an_id_without_blanks():
    assert arranged(Named("custom", "x", "", 1))[0].id == "section-metrics-of-its-own"


def test_each_type_has_its_section():
    types = [m.value for enum in (SystemMetricType, ApplicationMetricType) for m in enum]
    assert set(types) <= set(SECTIONS)


@pytest.mark.parametrize("name", [m for m in DESCRIBED if DESCRIBED[m].chart in CHARTS])
def test_a_chart_draws_the_names_that_lead_to_it(name):
    assert name in names_of(chart_of(name, DESCRIBED, CHARTS), DESCRIBED)


def test_no_chart_of_the_catalogue_can_be_taken_for_one_of_an_application():
    assert not any(chart.startswith(OWN) for chart in CHARTS)
    assert names_of(chart_of("hits", DESCRIBED, CHARTS), DESCRIBED) == ["hits"]
    assert names_of("coffee", DESCRIBED) == []


@pytest.mark.parametrize(
    ("name", "labels", "label"),
    [
        ("disk_percent", {"mount": "/home"}, "Disk /home"),
        ("latency_ms", {"host": "web-1"}, "Answer time"),
        ("hits", {}, "Hits"),
        ("hits", {"route": "/", "code": "200"}, "code 200 /"),
        ("hits", {"host": "web-1"}, "Hits"),
        ("hits", {"shard": 3}, "shard 3"),
    ],
)
def test_a_line_is_called_by_its_measure_and_what_tells_it_apart(name, labels, label):
    assert label_of(name, labels, DESCRIBED) == label


@pytest.mark.parametrize(
    ("name", "words"), [("jobs_done", "Jobs done"), ("_", "_"), ("a.b", "A.b")]
)
def test_a_name_can_be_read(name, words):
    assert readable(name) == words


def test_numbers_in_names_are_sorted_as_numbers():
    names = ["core 10", "core 2", "Core 1", "core", "2", "10a", "é²"]
    assert sorted(names, key=natural) == ["2", "10a", "core", "Core 1", "core 2", "core 10", "é²"]
