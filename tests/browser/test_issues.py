"""Issues in a real browser: keys, ticks that outlive a refresh, and one click to undo."""

import pytest

from tests.issues.makers import issue
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.models import RecurringIssue

pytestmark = pytest.mark.browser


@pytest.fixture
def made(app):
    """Three open issues, the newest first."""
    with app.app_context():
        rows = [issue(f"Issue {number}", number, occurrences=5) for number in range(3)]
        db.session.commit()
        return [row.id for row in rows]


def statuses(app):
    with app.app_context():
        query = db.select(RecurringIssue.status).order_by(RecurringIssue.id)
        return [status.value for status in db.session.scalars(query)]


def test_keys_go_through_the_list_and_work_it_off_and_a_click_undoes_it(app, visit, made):
    visitor = visit("operator")
    page = visitor.go("/issues/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    assert page.locator("tr.is-here").get_attribute("id") == f"issue_{made[1]}"
    page.keyboard.press("e")
    page.get_by_text("1 issue resolved.").wait_for()
    assert statuses(app) == ["open", "resolved", "open"]
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("It was undone.").wait_for()
    assert statuses(app) == ["open"] * 3
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("a")
    page.get_by_text("2 issues acknowledged.").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/issues/{made[2]}")
    assert visitor.complaints == []


def test_ticks_stay_when_the_list_is_drawn_anew(app, visit, made):
    visitor = visit("operator")
    page = visitor.go("/issues/")
    page.locator(f"#issue_{made[0]} input").click()
    page.locator(f"#issue_{made[2]} input").click()
    with app.app_context():
        row = db.session.get_one(RecurringIssue, made[1])
        row.title, row.updated_at = "Came meanwhile", clock.now()
        db.session.commit()
    page.get_by_text("Came meanwhile").wait_for()
    ticked = page.locator("[data-choice]:checked")
    assert [box.get_attribute("value") for box in ticked.all()] == [str(made[0]), str(made[2])]
    page.get_by_role("button", name="Resolve").click()
    page.get_by_text("2 issues resolved.").wait_for()
    assert statuses(app) == ["resolved", "open", "resolved"]
    assert visitor.complaints == []


def test_without_script_the_form_does_the_same(app, visit, made):
    page = visit("operator", script=False).go("/issues/")
    page.locator(f"#issue_{made[0]} input").check()
    page.get_by_role("button", name="Acknowledge").click()
    assert page.get_by_text("1 issue acknowledged.").is_visible()
    assert statuses(app)[0] == "acknowledged"
