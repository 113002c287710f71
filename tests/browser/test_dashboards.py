"""Dashboards: begun from a host, arranged with and without the script, zoomed as one."""

import re
from datetime import timedelta

import pytest

from tests.metrics.makers import HOST, machine
from tests.metrics.sources import store
from webapp.core import clock

pytestmark = pytest.mark.browser

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FIRST = "#chart-1 canvas"


@pytest.fixture
def measured(app):
    """A host with half an hour of readings."""
    now = clock.now()
    for minutes in range(30, 0, -1):
        store(app, *machine(now - timedelta(minutes=minutes), cpu_percent=float(minutes)))
    store(app, seen=[(HOST, now)])


def begun(visitor):
    page = visitor.go("/dashboards/")
    page.get_by_role("button", name=HOST).click()
    page.wait_for_url(re.compile("/dashboards/\\d+$"))
    return page


def order(page):
    return page.locator("#arrangement section").first.locator("th a").all_inner_texts()


@pytest.mark.parametrize(("width", "dark"), [(360, False), (360, True), (768, False), (1440, True)])
def test_a_first_one_is_begun_from_a_host_and_drawn(visit, measured, width, dark):
    visitor = visit("viewer", width=width, dark=dark)
    page = begun(visitor)
    page.locator(FIRST).wait_for()
    assert page.locator("#chart-1 h2").inner_text() == f"CPU, {HOST}"
    assert page.evaluate(OVERFLOW) <= 0
    for path in ("/dashboards/", "/dashboards/1/arrange"):
        visitor.go(path)
        assert page.evaluate(OVERFLOW) <= 0, path
    assert visitor.complaints == []


def test_all_its_charts_share_one_range_and_so_do_their_numbers(visit, measured):
    visitor = visit("viewer")
    page = begun(visitor)
    page.locator(FIRST).wait_for()
    with page.expect_request(re.compile("charts/memory.*range=6h")):
        page.get_by_role("link", name="6h").click()
    page.wait_for_url(re.compile("range=6h"))
    with page.expect_download() as loaded:
        page.locator("#chart-1").get_by_role("link", name="CSV").click()
    assert "range=6h" in loaded.value.url
    assert loaded.value.suggested_filename == f"{HOST}-cpu.csv"
    page.reload()
    page.locator(FIRST).wait_for()
    assert "The last 6 hours" in page.locator("[data-shown]").inner_text()
    assert visitor.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_it_is_arranged_with_and_without_the_script(visit, measured, script):
    visitor = visit("viewer", script=script)
    page = begun(visitor)
    page.get_by_role("link", name="Arrange").click()
    before = order(page)
    assert before[:2] == [f"CPU, {HOST}", f"Memory, {HOST}"]
    page.get_by_role("button", name=f"Down CPU, {HOST}").click()
    page.locator("#arrangement section").first.locator("tr").nth(2).locator(
        "th a", has_text="CPU"
    ).wait_for()
    assert order(page)[:2] == [f"Memory, {HOST}", f"CPU, {HOST}"]
    page.get_by_role("searchbox").fill("connections")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url(re.compile("q=connections"))
    page.get_by_role("button", name="Add Database connections").click()
    page.get_by_text("on it").wait_for()
    assert order(page)[-1] == f"Database connections, {HOST}"
    assert page.get_by_role("searchbox").input_value() == "connections"
    assert visitor.complaints == []
