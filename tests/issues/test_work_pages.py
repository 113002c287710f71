"""What the buttons of an issue's page do, and the way back."""

import re
from html import unescape

import pytest

from tests.issues.makers import issue
from webapp.accounts.queries import user_by_email
from webapp.core.db import db
from webapp.issues.kinds import IssueStatus
from webapp.issues.models import RecurringIssue

OPEN, ACKNOWLEDGED, RESOLVED, IGNORED = IssueStatus


@pytest.fixture
def path(app):
    """The address of an open issue."""
    with app.app_context():
        made = issue("Import failed", occurrences=5)
        db.session.commit()
        return f"/issues/{made.id}"


def state(app, path):
    with app.app_context():
        row = db.session.get(RecurringIssue, int(path.rsplit("/", 1)[1]))
        return row.status


def follow(browser, answer):
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["Location"]).text


def undo_fields(page):
    form = page.split("undo-message")[1].split("</form>")[0]
    pairs = re.findall(r'name="(\w+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in pairs if name != "csrf_token"}


@pytest.mark.parametrize(
    ("steps", "status", "says"),
    [
        (["do/acknowledge"], ACKNOWLEDGED, "It was acknowledged."),
        (["do/acknowledge", "do/unacknowledge"], OPEN, "It waits for somebody again."),
        (["do/resolve"], RESOLVED, "It was resolved."),
        (["do/resolve", "do/reopen"], OPEN, "It was reopened."),
        (["ignore"], IGNORED, "It is ignored."),
    ],
)
def test_each_button_takes_the_issue_on_and_says_so(app, operator, path, steps, status, says):
    for step in steps:
        page = follow(operator, operator.post(f"{path}/{step}"))
    assert state(app, path) is status
    assert says in page


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ("", "For good."),
        ("week", "Until "),
        ("ten", "Until it came 15 times."),
        ("growth", "Until it comes clearly more often"),
    ],
)
def test_it_is_ignored_until_what_was_chosen(app, operator, path, chosen, says):
    page = follow(operator, operator.post(f"{path}/ignore", {"ignoring": chosen}))
    assert says in page


def test_what_was_done_is_undone_with_one_click_and_offered_once(app, operator, path):
    page = follow(operator, operator.post(f"{path}/do/resolve"))
    assert "undo-message" not in operator.get(path).text
    page = follow(operator, operator.post("/issues/undo", undo_fields(page)))
    assert "It was undone." in page
    assert state(app, path) is OPEN


def test_it_is_taken_and_given_up(app, operator, path):
    page = follow(operator, operator.post(f"{path}/assign", {"to": "me"}))
    assert "To operator@example.org." in page
    assert "operator@example.org has it" in page
    assert "Nobody has it" in follow(operator, operator.post(f"{path}/assign", {"to": "nobody"}))


def test_it_is_handed_over_to_somebody(app, operator, administrator, path):
    with app.app_context():
        user_id = user_by_email("administrator@example.org").id
    page = follow(operator, operator.post(f"{path}/assign", {"to": user_id}))
    assert "administrator@example.org has it" in page
    page = follow(operator, operator.post(f"{path}/assign", {"to": "9999"}))
    assert "There is nobody of that id" in page
    assert operator.post(f"{path}/assign", {"to": "x"}).status_code == 400


def test_what_is_not_legal_is_refused_in_a_sentence_and_changes_nothing(app, operator, path):
    page = follow(operator, operator.post(f"{path}/do/reopen"))
    assert "It is open already." in page
    assert "undo-message" not in page
    assert state(app, path) is OPEN


def test_what_no_page_of_ours_sends_is_refused(operator, path):
    for target, fields, status in [
        ("{}/do/explode", {}, 404),
        ("/issues/99999/do/resolve", {}, 404),
        ("{}/ignore", {"ignoring": "x"}, 400),
        ("/issues/undo", {"transition": "x"}, 400),
        ("/issues/undo", {"transition": "1", "issue": "-1"}, 400),
    ]:
        assert operator.post(target.format(path), fields).status_code == status, target


def test_a_step_that_is_gone_cannot_be_undone(operator, path):
    answer = operator.post("/issues/undo", {"transition": "9999", "back": "status=open"})
    assert answer.headers["Location"] == "/issues/?status=open"
    assert "There is no such step." in operator.get("/issues/").text


def test_a_viewer_may_not(app, viewer, path):
    for step in ("do/resolve", "ignore", "assign", "comments", "links", "merge", "split"):
        assert viewer.post(f"{path}/{step}").status_code == 403
    assert state(app, path) is OPEN
