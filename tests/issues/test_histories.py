"""What people did with an issue and wrote under it."""

from datetime import timedelta

from tests.issues.makers import issue
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import actions, commenting, histories, many, recovering, undoing


def test_comments_and_steps_are_one_list_the_newest_first(context):
    row, now = issue(), clock.now()
    step = actions.acknowledge(row, now, "looking")
    commenting.comment(row, "It is the disk", now + timedelta(seconds=1))
    commenting.link(row, "https://tickets.example/7", "", now)
    found = histories.history(row.id)
    assert [(entry.text, entry.is_comment) for entry in found] == [
        ("It is the disk", True), ("acknowledged it", False),
    ]  # fmt: skip
    assert (found[1].note, found[1].transition_id) == ("looking", step.id)
    assert [link.url for link in histories.links(row.id)] == ["https://tickets.example/7"]


def test_what_was_undone_and_what_came_by_itself_is_not_offered_to_be_undone(context):
    row, now = issue(), clock.now()
    step = actions.acknowledge(row, now)
    undoing.undo(step.id, now)
    db.session.flush()
    undone = next(e for e in histories.history(row.id) if "(undone)" in e.text)
    assert undone.transition_id is None
    recovering.recovered([row.id], now)
    assert histories.history(row.id)[0].transition_id is None


def test_what_was_done_to_many_at_once_says_so(context):
    rows = [issue() for _ in range(3)]
    many.bulk("resolve", [row.id for row in rows], clock.now())
    texts = [histories.history(row.id)[0].text for row in rows]
    assert texts == ["resolved it, and 2 others at once", "resolved it", "resolved it"]
