"""Comments, links, merging and splitting, from the forms of an issue's page."""

import pytest

from tests.issues.makers import fingerprint, issue
from tests.issues.test_work_pages import follow, undo_fields
from webapp.core.db import db
from webapp.issues.models import IssueComment, IssueFingerprint, RecurringIssue


@pytest.fixture
def made(app):
    """The ids of two issues, the first with two fingerprints."""
    with app.app_context():
        one, other = issue("Import failed", occurrences=5), issue("Import late", occurrences=2)
        fingerprint(one, "second", occurrences=0)
        db.session.commit()
        return one.id, other.id


def test_a_comment_is_written_and_changed_by_who_wrote_it(app, made, operator, administrator):
    path = f"/issues/{made[0]}"
    page = follow(operator, operator.post(f"{path}/comments", {"body": "It is <the> disk"}))
    assert "It is &lt;the&gt; disk" in page
    with app.app_context():
        comment = db.session.scalars(db.select(IssueComment)).one().id
    form = operator.get(f"{path}/comments/{comment}")
    assert "It is &lt;the&gt; disk" in form.text
    page = follow(operator, operator.post(f"{path}/comments/{comment}", {"body": "The network"}))
    assert "The network" in page
    assert "(changed)" in page
    again = operator.post(f"{path}/comments/{comment}", {"body": " "})
    assert again.status_code == 422
    assert operator.get(f"/issues/{made[1]}/comments/{comment}").status_code == 404


def test_a_refused_form_comes_back_with_what_was_typed(made, operator):
    for where, fields, message in [
        ("comments", {"body": " "}, "Write 1 to"),
        ("links", {"url": "javascript:alert(1)", "title": "kept"}, "begins with http"),
        ("merge", {"others": "12, x"}, "Give the numbers of other issues"),
        ("merge", {"others": "99999"}, "Give the numbers of other issues"),
    ]:
        answer = operator.post(f"/issues/{made[0]}/{where}", fields)
        assert answer.status_code == 422
        assert message in answer.text
        for value in fields.values():
            assert value.strip() in answer.text


def test_an_address_is_added_and_taken_away(made, operator):
    path = f"/issues/{made[0]}"
    fields = {"url": "https://tickets.example/7", "title": "Ticket 7"}
    page = follow(operator, operator.post(f"{path}/links", fields))
    assert 'href="https://tickets.example/7" rel="noreferrer">Ticket 7' in page
    assert operator.post(f"/issues/{made[1]}/links/1/delete").status_code == 404
    assert "Ticket 7" not in follow(operator, operator.post(f"{path}/links/1/delete"))


def test_issues_are_merged_and_that_is_undone(app, made, operator):
    page = follow(operator, operator.post(f"/issues/{made[0]}/merge", {"others": f"#{made[1]}"}))
    assert "1 issue merged into it." in page
    assert "7 times" in page
    assert operator.get(f"/issues/{made[1]}").status_code == 303
    follow(operator, operator.post("/issues/undo", undo_fields(page)))
    assert "2 times" in operator.get(f"/issues/{made[1]}").text


def test_a_fingerprint_is_split_off(app, made, operator):
    with app.app_context():
        query = db.select(IssueFingerprint.id).order_by(IssueFingerprint.id.desc())
        chosen = db.session.scalars(query).first()
    path = f"/issues/{made[0]}"
    assert "Split the ticked ones off" in operator.get(path).text
    page = follow(operator, operator.post(f"{path}/split", {"fingerprint": str(chosen)}))
    assert "The ticked ones are an issue of their own." in page
    with app.app_context():
        assert db.session.query(RecurringIssue).count() == 3


def test_splitting_nothing_off_is_refused_in_a_sentence(made, operator):
    page = follow(operator, operator.post(f"/issues/{made[0]}/split"))
    assert "message is-bad" in page
