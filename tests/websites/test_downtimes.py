"""Downtimes that people change while checks go on."""

from tests.websites.timelines import added, at, checked, downtimes
from webapp.core.db import db
from webapp.websites import actions, downtime_queries
from webapp.websites import downtimes as verbs
from webapp.websites.models import MonitorStatus


def gone_down(second=60):
    """A website that went down then and whose downtime goes on."""
    made = added(check_interval=86_400)
    checked(0)
    for moment in (second, second + 15):
        actions.request_check(made, at(moment))
        checked(moment, down=(made,))
    return made


def succeed(made, second):
    actions.request_check(made, at(second))
    checked(second)


def test_one_that_a_person_has_ended_is_not_written_again_by_the_recovery(context):
    made = gone_down()
    (ongoing,) = downtimes(made)
    verbs.edit(ongoing, {"ended_at": at(90), "notes": "we restarted it"}, at(100))
    db.session.commit()
    succeed(made, 120)
    (only,) = downtimes(made)
    assert (only.ended_at, only.duration_seconds, only.notes) == (at(90), 30, "we restarted it")


def test_one_that_a_person_has_deleted_stays_deleted(context):
    made = gone_down()
    verbs.remove(downtimes(made)[0])
    db.session.commit()
    succeed(made, 120)
    assert downtimes(made) == []


def test_an_earlier_beginning_that_a_person_knows_of_stays(context):
    made = gone_down()
    verbs.edit(downtimes(made)[0], {"started_at": at(30)}, at(100))
    db.session.commit()
    succeed(made, 120)
    (only,) = downtimes(made)
    assert (only.started_at, only.ended_at, only.duration_seconds) == (at(30), at(120), 90)


def test_one_written_by_hand_is_taken_over_when_the_downtime_is_confirmed(context):
    made = added(check_interval=86_400)
    checked(0)
    fields = {"started_at": at(40), "initial_status": MonitorStatus.DOWN, "ended_at": None}
    verbs.create(made.id, fields, at(50))
    db.session.commit()
    for moment in (60, 75):
        actions.request_check(made, at(moment))
        checked(moment, down=(made,))
    (only,) = downtimes(made)
    assert downtime_queries.get_ongoing_downtime(made.id) == only
    succeed(made, 120)
    (only,) = downtimes(made)
    assert (only.started_at, only.ended_at) == (at(40), at(120))


def test_they_are_found_by_id_and_by_website(context):
    made = gone_down()
    (only,) = downtimes(made)
    assert downtime_queries.get_by_id(made.id, only.id) == only
    assert downtime_queries.get_by_id(made.id + 1, only.id) is None
    assert downtime_queries.get_by_website(made.id) == ([only], 1)
    assert downtime_queries.get_by_website(made.id, since=at(60), until=at(61)) == ([only], 1)
    assert downtime_queries.get_by_website(made.id, until=at(60)) == ([], 0)


def test_deleting_a_website_deletes_its_downtimes(context):
    made = gone_down()
    actions.remove(made)
    db.session.commit()
    assert downtimes(made) == []
