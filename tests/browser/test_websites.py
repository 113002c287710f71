"""Websites in a real browser: the chart looks closer, and times are the reader's."""

from datetime import timedelta

import pytest

from tests.browser.conftest import Visitor
from tests.websites.makers import check, website
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import downtimes

pytestmark = pytest.mark.browser

SPAN = """() => { const plot = document.querySelector('#response_chart').plot;
    return plot.scales.x.max - plot.scales.x.min; }"""


@pytest.fixture
def made(app):
    """A website with half an hour of checks and a downtime."""
    with app.app_context():
        one, now = website(name="Shop"), clock.now()
        for minute in range(30):
            check(one, minute)
        fields = {"started_at": now - timedelta(hours=2), "ended_at": now - timedelta(hours=1)}
        window = downtimes.create(one.id, fields | {"initial_status": "DOWN"}, now)
        db.session.commit()
        return one.id, window.id


def test_a_stretch_of_the_chart_that_is_dragged_over_stays_in_view_until_a_double_click(
    app, visit, made
):
    visitor = visit("viewer")
    page = visitor.go(f"/websites/{made[0]}")
    over = page.locator("#response_chart .u-over")
    over.wait_for()
    whole, box = page.evaluate(SPAN), over.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.3, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=5)
    with page.expect_response(lambda answer: "chart.json" in answer.url and "from=" in answer.url):
        page.mouse.up()
    page.get_by_text("each check").wait_for()
    over.wait_for()
    closer = page.evaluate(SPAN)
    assert closer < whole / 3
    assert "from=" in page.url
    page.mouse.move(5, 5)
    with app.app_context():
        check(db.session.get_one(downtimes.DowntimeWindow, made[1]).website)
        db.session.commit()
    with page.expect_response(lambda answer: answer.status == 200 and "seen=" in answer.url):
        pass  # a refresh has brought something new
    assert page.evaluate(SPAN) == closer
    with page.expect_response(lambda answer: "chart.json?range" in answer.url):
        over.dblclick()
    over.wait_for()
    assert page.evaluate(SPAN) > whole / 2
    assert "from=" not in page.url
    assert visitor.complaints == []


def test_a_form_asks_for_times_of_the_readers_zone(chromium, server, made):
    visitor = Visitor(chromium.new_context(timezone_id="Asia/Tokyo"), server)
    visitor.sign_in("operator")
    page = visitor.go("/websites/{}/downtimes/{}".format(*made))
    page.get_by_text("In Asia/Tokyo.").first.wait_for()
    field = page.get_by_label("Began").input_value()
    shown = page.locator("dd time").first.inner_text()
    assert field.replace("T", " ").startswith(shown)
    page.context.clear_cookies(name="zone")
    page.reload()
    page.get_by_text("In Asia/Tokyo.").first.wait_for()
    assert visitor.complaints == []
