"""Words are sought by index, and what people type never reaches the query syntax."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from tests.issues.makers import issue, operational
from tests.statements import explain_statements
from webapp.core.db import db
from webapp.issues import search
from webapp.issues.models import OperationalIssue, RecurringIssue


def titles(text):
    query = db.select(RecurringIssue.title).where(search.matching(RecurringIssue, text))
    return sorted(db.session.scalars(query))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("timed out", ["timed", "out"]),
        ("KeyError: 'user_id'", ["KeyError", "user", "id"]),
        ('a" OR title:b* NEAR(c)', ["a", "OR", "title", "b", "NEAR", "c"]),
        ("größe  Größe", ["größe", "Größe"]),
        (" -*:()&|!<>' ", []),
        ("", []),
    ],
)
def test_punctuation_parts_words(text, expected):
    assert search.words(text) == expected


def test_only_so_many_words_and_letters_are_sought():
    assert len(search.words("a " * 50)) == search.MOST_WORDS
    assert search.words("x" * 500) == ["x" * search.LONGEST_WORD]


class TestMatching:
    @pytest.fixture(autouse=True)
    def made(self, context):
        issue("Connection timed out", message="db-3.internal did not answer", subject="sync_stock")
        issue("KeyError: 'user_id'", message="KeyError: 'user_id'", subject="mail.send_receipt")

    def test_all_words_must_be_in_title_subject_or_message(self):
        for text, expected in [
            ("timed", ["Connection timed out"]),
            ("TIMED out", ["Connection timed out"]),
            ("conn", ["Connection timed out"]),
            ("conn timed", []),  # only the last word may go on
            ("answer time", ["Connection timed out"]),
            ("db-3.internal", ["Connection timed out"]),
            ("user_id", ["KeyError: 'user_id'"]),
            ("send receipt", ["KeyError: 'user_id'"]),
            ("timed AND out", []),
            ("user OR timed", []),
            ("nothing", []),
        ]:
            assert titles(text) == expected

    def test_a_change_of_the_message_is_found_and_the_old_one_is_not(self):
        changed = db.session.scalars(db.select(RecurringIssue)).first()
        changed.message = "disk is full"
        db.session.flush()
        assert titles("full disk") == [changed.title]
        assert titles("answer") == []
        db.session.delete(changed)
        db.session.flush()
        assert titles("disk") == []

    @how(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(text=st.text(max_size=60))
    def test_whatever_is_typed_is_sought_and_never_an_error(self, text):
        if search.words(text):
            titles(text)

    def test_no_words_are_no_condition(self):
        assert search.matching(RecurringIssue, "?!") is None

    @pytest.mark.parametrize("of_all", [False, True])
    def test_it_is_sought_by_the_index(self, app, of_all):
        query = db.select(RecurringIssue.title)
        condition = search.matching(RecurringIssue, "timed", of_all=of_all)
        with explain_statements(app) as plans:
            assert db.session.scalars(query.where(condition)).all() == ["Connection timed out"]
        assert "ix_recurring_issues_search" in plans[0] or "VIRTUAL TABLE INDEX" in plans[0]


def test_the_issues_of_the_newest_occurrences_with_the_words(context):
    old, new = issue("Old"), issue("New")
    operational(old, 9, error_message="User 4711 not found")
    operational(new, 5, error_message="User 4711 is away")
    operational(new, 4, error_message="User 4711 is away")
    assert set(search.newest_matching("user 4711", 10)) == {old.id, new.id}
    assert search.newest_matching("user 4711", 2) == [new.id]
    assert search.newest_matching("...", 10) == []
    assert search.matching(OperationalIssue, "") is None
