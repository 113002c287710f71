"""Reading recurring issues as JSON."""

from datetime import timedelta

import pytest

from tests.factories import create_user
from tests.issues.makers import affected, fingerprint, hour, issue
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import actions, commenting, merging
from webapp.issues.kinds import IssueKind, IssueStatus, Severity

ROOT = "/api/monitoring/recurring-issues"
NARROWED = [
    ({"kind": "fault"}, ["fault"]),
    ({"severity": "critical"}, ["worst"]),
    ({"status": "ignored"}, ["ignored"]),
    ({"error_code": "DISK_FULL"}, ["fault"]),
    ({"task": "nightly", "kind": "operational"}, ["worst"]),
    ({"subject": "nightly"}, ["worst"]),
    ({"host": "web-1"}, ["fault"]),
    ({"search": "wor"}, ["worst"]),
    ({"sort": "worst", "page_size": 1}, ["worst"]),
    ({"unassigned": "true", "status": "ignored"}, ["ignored"]),
    ({"to": "2020-01-01T00:00:00Z"}, []),
]
BAD = [
    ({"kind": "flood"}, "kind"),
    ({"from": "yesterday"}, "from"),
    ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "to"),
    ({"task": "nightly", "kind": "fault"}, "task"),
    ({"task": "nightly", "error_code": "X"}, "task"),
    ({"page_size": "999"}, "page_size"),
    ({"colour": "red"}, "colour"),
]


def made(app, make):
    """What `make` gives, its rows stored; a row becomes its id."""
    with app.app_context():
        found = make()
        db.session.commit()
        return getattr(found, "id", found)


@pytest.fixture
def get(client, read_token):
    def get(path="/", **query):
        answer = client.get(ROOT + path, query_string=query, headers=read_token)
        assert answer.status_code == query.pop("status_code", 200), answer.text
        return answer.json

    return get


def refused(client, token, path, **query):
    answer = client.get(ROOT + path, query_string=query, headers=token)
    return answer.status_code, [error["field"] for error in answer.json.get("errors", [])]


class TestList:
    def test_open_ones_come_first_and_merged_ones_not_at_all(self, app, get):
        def make():
            issue("resolved", status=IssueStatus.RESOLVED)
            kept = issue("open", 10)
            merging.merge(kept, [issue("other", 20).id], clock.now())

        made(app, make)
        found = get()
        assert [item["title"] for item in found["items"]] == ["open", "resolved"]
        assert (found["total"], found["page"], found["page_size"]) == (2, 1, 50)
        assert found["items"][0]["occurrences"] == 2

    def test_it_is_narrowed(self, app, get):
        def make():
            fault = issue("fault", kind=IssueKind.FAULT, subject="DISK_FULL")
            affected(fault, "host", "web-1")
            issue("worst", severity=Severity.CRITICAL, subject="nightly")
            issue("ignored", status=IssueStatus.IGNORED)

        made(app, make)
        for query, titles in NARROWED:
            assert [item["title"] for item in get(**query)["items"]] == titles, query

    def test_those_of_one_person_are_found(self, app, get):
        who = made(app, lambda: create_user("who@example.org"))
        made(app, lambda: issue("theirs", assignee_id=who))
        made(app, lambda: issue("nobodys"))
        assert [item["title"] for item in get(assignee_id=who)["items"]] == ["theirs"]

    def test_a_bad_filter_is_refused_by_its_name(self, client, read_token):
        for query, field in BAD:
            assert refused(client, read_token, "/", **query) == (422, [field]), query


class TestOne:
    def test_it_comes_with_what_is_kept_beside_it(self, app, get):
        def make():
            row, other = issue("one", 5, occurrences=3), issue("other", 9, occurrences=2)
            hour(row, 0, 3)
            fingerprint(row, "second", 0)
            commenting.link(row, "https://tickets.example.org/1", None, clock.now())
            merging.merge(row, [other.id], clock.now())
            return row

        found = get(f"/{made(app, make)}/")
        assert (found["title"], found["occurrences"], found["merged_into_id"]) == ("one", 5, None)
        assert sorted(each["occurrences"] for each in found["fingerprints"]) == [0, 2, 3]
        assert [link["url"] for link in found["links"]] == ["https://tickets.example.org/1"]
        assert len(found["merged_issue_ids"]) == 1
        assert (len(found["last_hours"]), sum(found["last_hours"])) == (24, 3)
        assert (sum(found["pattern"]["week"]), found["pattern"]["says"]) == (3, None)
        merged = get(f"/{found['merged_issue_ids'][0]}/")
        assert (merged["merged_into_id"], merged["occurrences"]) == (found["id"], 2)

    def test_steps_and_comments_come_newest_first(self, app, get):
        def make():
            row = issue()
            actions.acknowledge(row, clock.now(), "on it")
            actions.resolve(row, clock.now())
            commenting.comment(row, "first", clock.now())
            commenting.comment(row, "second", clock.now() + timedelta(seconds=1))
            return row

        issue_id = made(app, make)
        steps = get(f"/{issue_id}/transitions/")
        assert [step["verb"] for step in steps["items"]] == ["resolve", "acknowledge"]
        assert steps["items"][1]["note"] == "on it"
        comments = get(f"/{issue_id}/comments/", page_size=1)
        assert (comments["total"], comments["items"][0]["body"]) == (2, "second")

    def test_names_are_summed_over_fingerprints(self, app, get):
        def make():
            row, other = issue(), issue()
            for each, count in ((row, 3), (other, 4)):
                affected(each, "host", "web-1", count)
            affected(row, "person", "who@example.org", 9)
            merging.merge(row, [other.id], clock.now())
            return row

        issue_id = made(app, make)
        found = get(f"/{issue_id}/affected/")
        assert [(each["name"], each["occurrences"]) for each in found["items"]] == [
            ("who@example.org", 9),
            ("web-1", 7),
        ]
        assert get(f"/{issue_id}/affected/", what="host")["total"] == 1

    def test_hours_are_those_asked_for(self, app, get):
        def make():
            row = issue()
            for hours_ago, count in ((1, 2), (30, 5), (24 * 10, 7)):
                hour(row, hours_ago, count)
            return row

        issue_id = made(app, make)
        assert [each["count"] for each in get(f"/{issue_id}/hours/")["hours"]] == [5, 2]
        since = (clock.now() - timedelta(days=20)).isoformat()
        until = (clock.now() - timedelta(days=1)).isoformat()
        given = {"from": since, "to": until}
        found = get(f"/{issue_id}/hours/", **given)["hours"]
        assert [each["count"] for each in found] == [7, 5]

    def test_what_is_not_there_is_404(self, client, read_token):
        for path in ("", "transitions/", "comments/", "affected/", "hours/"):
            assert refused(client, read_token, f"/{2**40}/{path}") == (404, [])

    def test_bad_times_and_names_are_refused(self, app, client, read_token):
        issue_id = made(app, issue)
        given = {"from": "2020-01-01T00:00:00Z"}
        assert refused(client, read_token, f"/{issue_id}/hours/", **given) == (422, ["to"])
        path = f"/{issue_id}/affected/"
        assert refused(client, read_token, path, what="planet") == (422, ["what"])

    def test_nobody_reads_without_signing_in(self, client):
        assert client.get(f"{ROOT}/").status_code == 401
