"""Linked charts: one range in the URL, zoomed by hand and by keys, compared, and told in words."""

import re
from datetime import timedelta

import pytest

from tests.metrics.makers import HOST, machine
from tests.metrics.sources import metric, over_an_hour, own, roll_up, store
from webapp.core import clock
from webapp.metrics.paths import page_of_host

pytestmark = pytest.mark.browser

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
STRANGE = "<script>alert(1)</script>/büro"
DRAWN = "#cpu_chart canvas"
SPAN_MS = (
    "(() => { const given = new URLSearchParams(location.search);"
    " return given.get('to') - given.get('from') })()"
)


@pytest.fixture
def measured(app):
    """Two hosts and a service with an hour of readings and lists of processes."""
    now = clock.now()
    for age_days in (0, 1):
        end = now - timedelta(days=age_days)
        for number, at in over_an_hour(lambda at, n: (n, at), end):
            samples = [*machine(at, cpu_percent=float(number)), *machine(at, host=STRANGE)]
            samples += [own("core", float(number + core), at, core=str(core)) for core in range(14)]
            samples += [metric("hits", float(number), at, route=route) for route in ("/", "/a")]
            store(app, *samples)
    seen = [(HOST, now), (STRANGE, now)]
    store(app, seen=seen, processes=[(HOST, now - timedelta(minutes=n)) for n in (1, 30)])
    roll_up(app)


def drawn(visitor, path):
    page = visitor.go(path)
    page.locator(DRAWN).wait_for()
    return page


def drag(page, start, end):
    """Drag over the first chart, from one share of its width to another."""
    box = page.locator("#cpu_chart .u-over").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (start + end) / 2, y, steps=4)
    page.mouse.move(box["x"] + box["width"] * end, y, steps=4)
    page.mouse.up()


def until(page, is_so):
    """Wait for what only Python can ask: the pages' policy lets no text be evaluated in them."""
    for _ in range(100):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come to this")


def test_dragging_over_one_chart_zooms_all_and_a_reload_shows_the_same(visit, measured):
    visitor = visit("viewer")
    page = drawn(visitor, f"/machines/{HOST}")
    with page.expect_request(re.compile("charts/load.*from=")) as other:
        drag(page, 0.25, 0.5)
    page.wait_for_url(re.compile("from=\\d+&to=\\d+"))
    assert page.evaluate(SPAN_MS) == pytest.approx(900_000, rel=0.1)
    address, shown = page.url, page.locator("[data-shown]").inner_text()
    assert f"from={page.evaluate('new URLSearchParams(location.search).get(`from`)')}" in (
        other.value.url
    )
    page.reload()
    page.locator(DRAWN).wait_for()
    assert page.url == address
    assert page.locator("[data-shown]").inner_text() == shown
    assert " to " in shown
    assert visitor.complaints == []


def test_the_back_button_takes_a_zoom_back(visit, measured):
    page = drawn(visit("viewer"), f"/machines/{HOST}?range=6h")
    page.get_by_role("link", name="Zoom in").click()
    page.wait_for_url(re.compile("from="))
    page.get_by_role("link", name="24h").click()
    page.wait_for_url(re.compile("range=24h"))
    assert page.locator("[data-to-range='24h']").get_attribute("aria-current") == "true"
    page.go_back()
    page.wait_for_url(re.compile("from="))
    assert page.evaluate(SPAN_MS) == pytest.approx(3 * 3_600_000, rel=0.01)
    page.go_back()
    page.wait_for_url(re.compile("range=6h"))
    assert page.locator("[data-to-range='6h']").get_attribute("aria-current") == "true"
    assert page.locator("[data-shown]").inner_text() == "The last 6 hours, live"


def test_the_same_time_a_day_earlier_is_drawn_and_told(visit, measured):
    visitor = visit("viewer")
    page = drawn(visitor, f"/machines/{HOST}")
    page.get_by_role("link", name="Day before").click()
    page.wait_for_url(re.compile("compare=1d"))
    page.locator("#cpu .line-value", has_text="before").wait_for()
    page.locator("#cpu summary").click()
    assert "a day before" in page.locator("#cpu thead").inner_text().lower()
    page.reload()
    page.locator("#cpu .line-value", has_text="before").wait_for()
    assert visitor.complaints == []


def test_the_cursor_is_on_all_charts_at_once(visit, measured):
    page = drawn(visit("viewer"), f"/machines/{HOST}")
    page.locator("#load_chart canvas").wait_for()
    latest = page.locator("#load .line-value").first.inner_text()
    page.locator("#cpu_chart .u-over").hover()
    until(page, lambda: page.locator("[data-moment]").inner_text() != "")
    left = "e => new DOMMatrix(getComputedStyle(e).transform).e"
    places = [page.locator(f"#{name}_chart .u-cursor-x").evaluate(left) for name in ("cpu", "load")]
    assert places[0] == pytest.approx(places[1], abs=3)
    assert places[0] > 50
    assert latest.startswith("0.5")


def test_a_chart_can_be_used_by_keys_alone(visit, measured):
    visitor = visit("viewer")
    page = drawn(visitor, f"/machines/{HOST}")
    page.locator("#cpu_chart").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.locator("#announce", has_text="CPU").wait_for(state="attached")
    first = page.locator("[data-moment]").inner_text()
    page.keyboard.press("PageUp")
    assert page.locator("[data-moment]").inner_text() < first
    page.keyboard.press("+")
    page.wait_for_url(re.compile("from="))
    assert page.evaluate(SPAN_MS) == pytest.approx(1_800_000, rel=0.01)
    page.keyboard.press("-")
    until(page, lambda: page.evaluate(SPAN_MS) > 3_500_000)
    before = page.url
    page.keyboard.press("Shift+ArrowLeft")
    until(page, lambda: page.url != before)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "cpu_chart"
    assert visitor.complaints == []


def test_the_processes_are_those_of_the_moment_that_was_chosen(visit, measured):
    page = drawn(visit("viewer"), f"/machines/{HOST}")
    assert "nearest to the moment" not in page.locator("#processes").inner_text()
    page.locator("#cpu_chart").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.locator("#processes", has_text="No list of processes was kept near").wait_for()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.locator("#processes", has_text="nearest to the moment").wait_for()
    page.locator("#processes").get_by_role("link", name="Now").click()
    page.locator("#processes", has_text="Point at a chart").wait_for()


def test_many_lines_are_told_apart_and_the_rest_can_be_chosen(visit, measured):
    visitor = visit("viewer")
    page = drawn(visitor, f"/machines/{HOST}")
    panel = page.locator("#metric-core")
    panel.scroll_into_view_if_needed()
    panel.locator("canvas").wait_for()
    assert panel.locator(".lines li").count() == 12
    assert panel.locator(".lines b").all_inner_texts() == [str(n) for n in range(1, 13)]
    assert "12 of 14 lines" in panel.locator("[data-words]").inner_text()
    first = panel.locator(".lines button").first
    first.click()
    assert first.get_attribute("aria-pressed") == "false"
    panel.get_by_role("link", name="All 14 lines").click()
    page.get_by_label("Draw core 0", exact=True).check()
    page.get_by_role("button", name="Draw the ticked lines").click()
    page.wait_for_url(re.compile("pick="))
    page.locator("#metric-core canvas").wait_for()
    assert page.locator("#metric-core .lines li").count() == 1
    assert visitor.complaints == []


def test_a_live_chart_asks_again_and_one_that_stands_still_does_not(visit, measured, server):
    page = drawn(visit("viewer"), f"/machines/{HOST}?range=15m")
    with page.expect_response(re.compile("charts/cpu"), timeout=15_000):
        store(server.app, *machine(clock.now(), cpu_percent=77.0))
    page.locator("#cpu .line-value", has_text="77").wait_for(timeout=20_000)
    to = clock.to_ms(clock.now()) - 60_000
    drawn_page = page.goto(f"{server.url}/machines/{HOST}?from={to - 900_000}&to={to}")
    assert drawn_page.ok
    page.locator(DRAWN).wait_for()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert [url for url in asked if "/charts/" in url] == []


def test_dates_are_the_readers_own(visit, measured):
    page = drawn(visit("viewer"), f"/machines/{HOST}")
    page.get_by_text("Dates").click()
    assert page.get_by_label("To", exact=False).last.input_value() != ""
    page.locator("#range_from").fill("2026-11-20T10:00:00")
    page.locator("#range_to").fill("2026-11-20T11:00:00")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("from="))
    assert page.locator("[data-shown]").inner_text() == "2026-11-20 10:00:00 to 2026-11-20 11:00:00"


def test_an_empty_range_says_so_in_words(visit, measured):
    visitor = visit("viewer")
    page = visitor.go(f"/machines/{HOST}?from=1700000000000&to=1700003600000")
    page.locator("#cpu", has_text="No readings in this time.").wait_for()
    assert visitor.complaints == []


def test_without_script_there_are_links_and_numbers(visit, measured):
    page = visit("viewer", script=False).go(f"/machines/{HOST}")
    page.get_by_role("link", name="Zoom out").click()
    assert "from=" in page.url
    page.locator("#cpu noscript a, #cpu .more").first.click()
    assert "The numbers" in page.locator("main").inner_text()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_scrolls_sideways_or_breaks_its_policy(visit, measured, width, dark):
    visitor = visit("viewer", width=width, dark=dark)
    paths = ["/machines/", f"/machines/{HOST}?compare=1w", page_of_host(STRANGE), "/services/"]
    paths += [
        "/services/shop",
        f"/machines/{HOST}/series?chart=metric-core",
        "/machines/web-1/series",
    ]
    for path in paths:
        page = visitor.go(path)
        if page.locator("[data-linked]").count():
            page.locator("[data-linked]").first.scroll_into_view_if_needed()
            page.locator("[data-linked] canvas").first.wait_for()
        assert page.evaluate(OVERFLOW) <= 0, f"{path} is wider than {width} px"
        assert page.locator("h1").count() == 1
        unnamed = page.evaluate(
            "[...document.querySelectorAll('main button, main a, main input:not([type=hidden])')]"
            ".filter(e => e.checkVisibility() && !(e.labels?.length || e.textContent.trim()"
            " || e.ariaLabel || e.title)).map(e => e.outerHTML)"
        )
        assert unnamed == [], path
    assert visitor.complaints == []
