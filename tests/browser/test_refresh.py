"""Panels that refresh themselves: live, quiet when hidden, honest when the server is gone."""

import pytest

from webapp.activity.actions import record
from webapp.activity.models import ActivityType
from webapp.core.db import db

pytestmark = pytest.mark.browser


def write(server, message):
    with server.app.app_context():
        record(ActivityType.SYSTEM_WARNING, message)
        db.session.commit()


def test_news_appears_by_itself_and_the_place_on_the_page_is_kept(visit, server):
    for number in range(40):
        write(server, f"Older entry {number}")
    page = visit("viewer").go("/activity/")
    page.mouse.wheel(0, 400)
    page.wait_for_function("window.scrollY > 0")
    before = page.evaluate("window.scrollY")
    write(server, "Fresh news")
    page.get_by_text("Fresh news").first.wait_for(timeout=10_000)
    assert page.evaluate("window.scrollY") == before


def test_an_unchanged_panel_costs_an_empty_answer(visit, server):
    write(server, "An entry")
    page = visit("viewer").go("/activity/")
    with page.expect_response(lambda r: "seen=" in r.url, timeout=10_000) as caught:
        pass
    assert caught.value.status == 204


def test_a_hidden_tab_asks_nothing(visit, server):
    write(server, "An entry")
    page = visit("viewer").go("/activity/")
    page.evaluate(
        "const hide = (name, value) =>"
        "  Object.defineProperty(document, name, {get: () => value, configurable: true});"
        "hide('visibilityState', 'hidden'); hide('hidden', true);"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []


def test_a_server_that_is_gone_is_said_and_taken_back_when_it_returns(visit, server):
    write(server, "An entry")
    page = visit("viewer").go("/activity/")
    banner = page.locator("#connection")
    assert banner.is_hidden()
    server.stop()
    banner.wait_for(state="visible", timeout=15_000)
    server.start()
    banner.wait_for(state="hidden", timeout=15_000)


def test_a_refresh_does_not_take_the_focus_away(visit, server):
    write(server, "An entry")
    page = visit("viewer").go("/activity/")
    page.locator("main a, main button, main select, main input").first.focus()
    focused = "document.activeElement.outerHTML"
    before = page.evaluate(focused)
    write(server, "Fresh news")
    page.wait_for_timeout(3000)
    assert page.evaluate(focused) == before
