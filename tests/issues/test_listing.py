"""What the list of issues shows beside each."""

from tests.factories import create_user
from tests.issues.makers import hour, issue
from tests.statements import count_statements
from webapp.core import clock
from webapp.issues import listing


def test_each_has_its_last_day_and_who_has_it_in_two_statements(context):
    person = create_user("who@example.org")
    mine, other = issue("mine", assignee_id=person.id), issue("other")
    hour(mine, 0, 3)
    hour(mine, 23, 2)
    hour(mine, 24, 9)
    with count_statements(context) as asked:
        found = listing.lines([mine, other], clock.now())
    assert [line.assignee for line in found] == ["who@example.org", None]
    assert [line.day.total for line in found] == [5, 0]
    assert found[0].day.counts[-1] == 3
    assert len(asked) == 2


def test_nothing_is_asked_for_no_issues(context):
    with count_statements(context) as asked:
        assert listing.lines([], clock.now()) == []
    assert asked == []


def test_the_message_is_said_where_it_says_more_than_the_title(context):
    rows = [issue("KeyError: 'x'", message="KeyError: 'x'"), issue("A", message="B\nsecond line")]
    assert [line.message for line in listing.lines(rows, clock.now())] == ["", "B"]
    assert listing.lines(rows, clock.now())[0].subject_label == "Task"
