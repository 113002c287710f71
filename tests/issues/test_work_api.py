"""Working off recurring issues as JSON."""

from datetime import timedelta

import pytest

from tests.factories import create_user
from tests.issues.makers import fingerprint, issue
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.kinds import IssueKind, IssueStatus
from webapp.issues.models import IssueComment, IssueLink, RecurringIssue

ROOT = "/api/monitoring/recurring-issues"
BAD = [
    ("ignore", {"until_at": "2020-01-01T00:00:00Z"}, "until_at"),
    ("ignore", {"until_at": "2027-01-01T00:00:00"}, "until_at"),
    ("ignore", {"more": 0}, "more"),
    ("assign", {}, "user_id"),
    ("assign", {"user_id": 12345}, "user_id"),
    ("resolve", {"reason": "x"}, "reason"),
    ("resolve", {"note": "x" * 2001}, "note"),
    ("merge", {"issue_ids": []}, "issue_ids"),
    ("merge", {"issue_ids": [12345]}, "issue_ids"),
    ("split", {"fingerprint_ids": [12345]}, "fingerprint_ids"),
    ("split", {}, "body"),
    ("split", {"matches": {"colour": "red"}}, "matches.colour"),
    ("split", {"matches": {"host": "web-*"}}, "matches"),
    ("comments", {"body": " "}, "body"),
    ("links", {"url": "javascript:alert(1)"}, "url"),
]
VERBS = ("acknowledge", "unacknowledge", "resolve", "reopen", "ignore", "assign", "merge", "split",
         "comments", "links")  # fmt: skip


def made(app, make, **fields):
    """The id of what `make` gives, stored."""
    with app.app_context():
        row = make(**fields)
        db.session.commit()
        return row.id


@pytest.fixture
def post(client, write_token):
    def post(path, body, status=200, method="post"):
        send = getattr(client, method)
        answer = send(ROOT + path, json=body, headers=write_token)
        assert answer.status_code == status, answer.text
        return answer.json

    return post


def fields_of(problem):
    return [error["field"] for error in problem["errors"]]


class TestSteps:
    def test_an_issue_is_worked_off_and_all_of_it_undone(self, app, post):
        path = f"/{made(app, issue)}"
        undo_ids = []
        for verb, status in (
            ("acknowledge", "acknowledged"),
            ("unacknowledge", "open"),
            ("ignore", "ignored"),
            ("reopen", "open"),
            ("resolve", "resolved"),
        ):
            done = post(f"{path}/{verb}/", {"note": "because"})
            assert done["issue"]["status"] == status
            undo_ids.append(done["undo_id"])
        for undo_id in reversed(undo_ids):
            assert post("/undo/", {"undo_id": undo_id})["refused"] == []
        assert post(f"{path}/acknowledge/", {})["issue"]["status"] == "acknowledged"

    def test_until_when_it_is_ignored_is_told(self, app, post):
        until = (clock.now() + timedelta(days=1)).isoformat()
        issue_id = made(app, issue, occurrences=4)
        body = {"until_at": until, "more": 6, "until_grows": True}
        found = post(f"/{issue_id}/ignore/", body)["issue"]
        assert (found["ignored_until_count"], found["ignored_hourly"]) == (10, 0)
        assert found["ignored_until_at"][:16] == until[:16]

    def test_somebody_is_to_see_to_it(self, app, post):
        who, issue_id = made(app, lambda: create_user("who@example.org")), made(app, issue)
        found = post(f"/{issue_id}/assign/", {"user_id": who})
        assert found["issue"]["assignee_id"] == who
        found = post(f"/{issue_id}/assign/", {"user_id": None})
        assert found["issue"]["assignee_id"] is None

    def test_what_is_not_legal_is_409_with_a_sentence(self, app, post):
        issue_id = made(app, issue, status=IssueStatus.RESOLVED)
        assert post(f"/{issue_id}/resolve/", {}, 409)["detail"] == "It is resolved already."

    def test_a_bad_field_is_named_and_changes_nothing(self, app, post):
        issue_id = made(app, issue)
        for verb, body, field in BAD:
            assert fields_of(post(f"/{issue_id}/{verb}/", body, 422)) == [field], (verb, body)
        with app.app_context():
            assert db.session.get(RecurringIssue, issue_id).version == 1


class TestMany:
    def test_one_id_undoes_what_was_done_to_many(self, app, post):
        ids = [made(app, issue) for _ in range(3)]
        done = post("/bulk/", {"verb": "resolve", "issue_ids": [*ids, 999], "note": "gone"})
        assert done["issue_ids"] == ids
        assert done["refused"] == [{"issue_id": 999, "message": "There is no such issue."}]
        undone = post("/undo/", {"undo_id": done["undo_id"]})
        assert (undone["issue_ids"], undone["undo_id"]) == (ids, None)

    def test_they_are_given_to_nobody_only_if_that_is_said(self, app, post):
        issue_id = made(app, issue)
        body = {"verb": "assign", "issue_ids": [issue_id]}
        assert post("/bulk/", body, 422)["errors"][0]["message"].startswith("Assign needs user_id")
        assert post("/bulk/", body | {"user_id": None})["issue_ids"] == [issue_id]

    def test_what_makes_no_sense_is_refused_as_a_whole(self, post):
        for body, field in (
            ({"verb": "explode"}, "verb"),
            ({"verb": "resolve", "more": 3}, "more"),
            ({"verb": "resolve", "issue_ids": []}, "issue_ids"),
        ):
            assert fields_of(post("/bulk/", {"issue_ids": [1]} | body, 422)) == [field]

    def test_what_was_undone_is_not_undone_again(self, app, post):
        undo_id = post(f"/{made(app, issue)}/resolve/", {})["undo_id"]
        post("/undo/", {"undo_id": undo_id})
        assert post("/undo/", {"undo_id": undo_id}, 409)["detail"] == "It was taken back already."
        assert post("/undo/", {"undo_id": 999}, 404)["detail"] == "There is no such step."


class TestGrouping:
    def test_issues_are_merged_and_parted_again(self, app, post):
        one, two = made(app, issue, occurrences=3), made(app, issue, occurrences=4)
        done = post(f"/{one}/merge/", {"issue_ids": [two]})
        assert done["issue"]["occurrences"] == 7
        assert post(f"/{two}/resolve/", {}, 409)["detail"] == f"It was merged into issue {one}."
        assert post("/undo/", {"undo_id": done["undo_id"]})["issue_ids"] == [one]
        assert post(f"/{two}/resolve/", {})["issue"]["occurrences"] == 4

    def test_another_kind_is_refused(self, app, post):
        one, other = made(app, issue), made(app, issue, kind=IssueKind.FAULT)
        problem = post(f"/{one}/merge/", {"issue_ids": [other]}, 422)
        assert "of another kind, fault and not operational" in problem["errors"][0]["message"]

    def test_an_issue_is_split(self, app, post):
        issue_id = made(app, issue, occurrences=3)

        def second():
            return fingerprint(db.session.get(RecurringIssue, issue_id), "second", 2)

        done = post(f"/{issue_id}/split/", {"fingerprint_ids": [made(app, second)]})
        assert (done["issue"]["occurrences"], done["new_issue"]["occurrences"]) == (3, 2)
        post("/undo/", {"undo_id": done["undo_id"]})


class TestWriting:
    def test_comments_are_written_and_changed(self, app, post):
        issue_id = made(app, issue)
        said = post(f"/{issue_id}/comments/", {"body": "one"}, 201)
        path = f"/{issue_id}/comments/{said['id']}/"
        # A token is nobody: what it wrote it may change.
        assert post(path, {"body": "two"}, method="put")["body"] == "two"
        with app.app_context():
            db.session.get(IssueComment, said["id"]).by = "who@example.org"
            db.session.commit()
        post(path, {"body": "three"}, 403, method="put")
        post(f"/999/comments/{said['id']}/", {"body": "x"}, 404, method="put")

    def test_what_is_merged_brings_its_comments_and_links_along(self, app, post, client):
        target, other = made(app, issue), made(app, issue)
        said = post(f"/{other}/comments/", {"body": "one"}, 201)
        link = post(f"/{other}/links/", {"url": "https://a.example.org"}, 201)
        middle = made(app, issue)
        post(f"/{middle}/merge/", {"issue_ids": [other]})
        post(f"/{target}/merge/", {"issue_ids": [middle]})
        path = f"/{target}/comments/{said['id']}/"
        assert post(path, {"body": "two"}, method="put")["body"] == "two"
        found = post(f"/{target}/comments/", None, method="get")["items"]
        assert [each["body"] for each in found] == ["two"]
        assert [each["id"] for each in post(f"/{target}/", None, method="get")["links"]] == [
            link["id"]
        ]

    def test_links_are_added_and_taken_away(self, app, post, client, write_token):
        issue_id = made(app, issue)
        link = post(f"/{issue_id}/links/", {"url": "https://a.example.org"}, 201)
        assert link["title"] == "https://a.example.org"
        path = f"{ROOT}/{issue_id}/links/{link['id']}/"
        assert client.delete(path, headers=write_token).status_code == 204
        assert client.delete(path, headers=write_token).status_code == 404
        with app.app_context():
            assert db.session.query(IssueLink).count() == 0


class TestRoles:
    def test_who_may_only_read_changes_nothing(self, client, read_token):
        for path in (*(f"1/{verb}" for verb in VERBS), "bulk", "undo"):
            answer = client.post(f"{ROOT}/{path}/", json={}, headers=read_token)
            assert answer.status_code == 403, path

    def test_what_is_not_there_is_404(self, post):
        for path in ("acknowledge", "comments", "merge"):
            body = {"comments": {"body": "x"}, "merge": {"issue_ids": [1]}}.get(path, {})
            post(f"/{2**40}/{path}/", body, 404)
