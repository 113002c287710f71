"""Comments and links under an issue."""

from datetime import timedelta

import pytest
from flask import g
from sqlalchemy import select

from tests.issues.makers import issue
from webapp.core import clock
from webapp.core.access import Identity, Role
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import commenting
from webapp.issues.models import IssueLink

NO_ADDRESSES = (
    "",
    "tickets.example.org/1",
    "javascript:alert(1)",
    "ftp://example.org/1",
    "https://",
    "https://[1",
    "https://a b.example.org/",
    "https://example.org/" + "x" * 2048,
)


def refused_fields(deed, *arguments):
    with pytest.raises(Problem) as refused:
        deed(*arguments)
    return refused.value.status, [error.field for error in refused.value.errors]


def test_a_comment_says_who_wrote_it_and_shows_on_the_page(context):
    g.identity = Identity(Role.OPERATOR, "who@example.org")
    row, now = issue(), clock.now()
    said = commenting.comment(row, " the pool is too small ", now)
    assert (said.body, said.by, said.created_at) == (
        "the pool is too small",
        "who@example.org",
        now,
    )
    assert (row.version, row.updated_at) == (2, now)


def test_a_comment_is_changed_by_who_wrote_it_or_an_administrator(context):
    g.identity = Identity(Role.OPERATOR, "who@example.org")
    said, later = commenting.comment(issue(), "one", clock.now()), clock.now() + timedelta(hours=1)
    for email in ("other@example.org", None):
        g.identity = Identity(Role.OPERATOR, email)
        assert refused_fields(commenting.edit_comment, said, "two", later) == (403, [])
    assert (said.body, said.edited_at) == ("one", None)
    for role, email in ((Role.OPERATOR, "who"), (Role.ADMINISTRATOR, "other")):
        g.identity = Identity(role, f"{email}@example.org")
        commenting.edit_comment(said, email, later)
        assert (said.body, said.edited_at) == (email, later)


def test_a_comment_without_words_or_end_is_refused(context):
    row = issue()
    for body in ("", "  ", "x" * 20_001):
        assert refused_fields(commenting.comment, row, body, clock.now()) == (422, ["body"])
    assert row.version == 1


def test_nobody_writes_under_what_was_merged_away(context):
    merged = issue(merged_into_id=issue().id)
    assert refused_fields(commenting.comment, merged, "one", clock.now()) == (409, [])


def test_a_link_is_called_by_its_title_or_its_address(context):
    row, now = issue(), clock.now()
    named = commenting.link(row, "https://tickets.example.org/1", "Ticket 1", now)
    plain = commenting.link(row, " https://tickets.example.org/2 ", None, now)
    assert (named.title, plain.title) == ("Ticket 1", "https://tickets.example.org/2")
    again = commenting.link(row, "https://tickets.example.org/1", "The ticket", now)
    assert (again.id, again.title) == (named.id, "The ticket")
    commenting.unlink(plain, now)
    assert [kept.title for kept in db.session.scalars(select(IssueLink))] == ["The ticket"]


def test_an_address_that_no_browser_should_follow_is_refused(context):
    row = issue()
    for url in NO_ADDRESSES:
        found = refused_fields(commenting.link, row, url, "", clock.now())
        assert found == (422, ["url"]), url


def test_a_title_is_short_and_links_are_few(context):
    row, now = issue(), clock.now()
    assert refused_fields(commenting.link, row, "https://a.example", "x" * 256, now)[1] == ["title"]
    own = {"recurring_issue_id": row.id, "title": "a"}
    db.session.add_all(IssueLink(url=f"https://a.example/{n}", **own) for n in range(100))
    assert refused_fields(commenting.link, row, "https://b.example", "", now) == (409, [])
