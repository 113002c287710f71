"""When most websites fail at once: is it the monitor? Stories, on both databases."""

import threading

import pytest

from tests.websites.makers import outcome
from tests.websites.timelines import added, at, checked, diary, downtimes, periods
from webapp.core.db import db
from webapp.websites import actions, claims, impairments
from webapp.websites.models import Impairment, MonitorStatus, Website
from webapp.websites.period_queries import ongoing_impairment

WARNING = "The monitor may be impaired: 10 of 10 websites failed at once"


@pytest.fixture
def ten(context):
    """Ten websites that are up."""
    made = [added(number, check_interval=86_400) for number in range(10)]
    checked(0)
    return made


def again(websites, second, *, down):
    """All of them are checked at that second."""
    for website in websites:
        actions.request_check(db.session.get(Website, website.id), at(second))
    db.session.commit()
    checked(second, down=tuple(down))


def test_ten_that_fail_at_once_are_unknown_and_one_fact_is_written(ten):
    for second in (60, 75, 90, 105):
        again(ten, second, down=ten)
    assert all(periods(website) == [(0, "UP"), (60, "UNKNOWN")] for website in ten)
    assert not any(downtimes(website) for website in ten)
    assert diary("website_down", "system_warning") == [WARNING]
    assert ongoing_impairment().failing_count == 10
    assert db.session.get(Website, ten[0].id).next_check_at == at(120)


def test_a_reference_that_answers_proves_them_down_since_the_first_failure(ten):
    again(ten, 60, down=ten)
    again(ten, 75, down=ten)
    impairments.note_references(True, at(80))
    db.session.commit()
    assert db.session.get(Website, ten[0].id).next_check_at == at(80)
    checked(80, down=tuple(ten))
    assert all(periods(website) == [(0, "UP"), (60, "DOWN")] for website in ten)
    assert [d.affected_checks_count for website in ten for d in downtimes(website)] == [3] * 10
    assert len(diary("website_down")) == 10
    assert len(diary("system_warning")) == 1
    impairments.review(at(300))
    db.session.commit()
    assert ongoing_impairment() is None


def test_a_reference_that_is_silent_too_keeps_them_unknown(ten):
    again(ten, 60, down=ten)
    again(ten, 75, down=ten)
    impairments.note_references(False, at(80))
    again(ten, 90, down=ten)
    assert all(periods(website)[-1] == (60, "UNKNOWN") for website in ten)


def test_an_answer_of_a_reference_does_not_count_for_ever(ten):
    again(ten, 60, down=ten)
    again(ten, 75, down=ten)
    impairments.note_references(True, at(76))
    again(ten, 140, down=ten)
    assert all(periods(website)[-1] == (60, "UNKNOWN") for website in ten)


def test_when_most_succeed_again_what_still_fails_is_down_from_there(ten):
    again(ten, 60, down=ten)
    again(ten, 75, down=ten)
    again(ten, 90, down=ten[:2])
    assert [periods(website)[-1] for website in ten[:2]] == [(90, "DOWN")] * 2
    assert all(periods(w) == [(0, "UP"), (60, "UNKNOWN"), (90, "UP")] for w in ten[2:])
    impairments.review(at(75 + 121))
    db.session.commit()
    ended = db.session.query(Impairment).one()
    assert (ended.is_ongoing, ended.ended_at) == (None, at(196))
    impairments.review(at(400))


def test_it_lasts_while_websites_are_held(ten):
    again(ten, 60, down=ten)
    again(ten, 75, down=ten)
    impairments.review(at(600))
    assert ongoing_impairment() is not None


def test_half_of_them_are_just_down(ten):
    again(ten, 60, down=ten[:5])
    again(ten, 75, down=ten[:5])
    assert [periods(website)[-1] for website in ten[:5]] == [(60, "DOWN")] * 5
    assert diary("system_warning") == []


def test_what_is_down_already_neither_counts_nor_changes(ten):
    again(ten, 60, down=ten[:4])
    again(ten, 75, down=ten[:4])
    again(ten, 200, down=ten)
    again(ten, 215, down=ten)
    assert [periods(website)[-1] for website in ten[:4]] == [(60, "DOWN")] * 4
    assert [periods(website)[-1] for website in ten[4:]] == [(200, "UNKNOWN")] * 6


def test_two_websites_are_too_few_to_tell(context):
    two = [added(number) for number in range(2)]
    checked(0)
    again(two, 60, down=two)
    again(two, 75, down=two)
    assert all(periods(website)[-1] == (60, "DOWN") for website in two)


def test_maintenance_of_all_is_no_impairment(ten):
    from webapp.websites import maintenance

    maintenance.plan(None, at(50), at(500), None, at(50))
    again(ten, 60, down=ten)
    again(ten, 75, down=ten)
    assert diary("system_warning", "website_down") == []
    assert all(periods(website) == [(0, "UP"), (50, "MAINTENANCE")] for website in ten)


def test_a_first_failure_calls_witnesses_so_that_it_is_known_in_time(ten):
    first = db.session.get(Website, ten[0].id)
    actions.request_check(first, at(60))
    db.session.commit()
    checked(60, down=tuple(ten))
    witnesses = checked(60.5, down=tuple(ten))
    assert len(witnesses) == 3
    checked(75, down=tuple(ten))
    checked(75.5, down=tuple(ten))
    known = [periods(website) for website in ten]
    assert [(0, "UP"), (60, "UNKNOWN")] in known
    assert not any(downtimes(website) for website in ten)
    assert len(diary("system_warning")) == 1


def test_a_single_failure_is_told_from_an_impairment_by_its_witnesses(ten):
    first = db.session.get(Website, ten[0].id)
    actions.request_check(first, at(60))
    db.session.commit()
    checked(60, down=(first,))
    checked(60.5, down=(first,))
    checked(75, down=(first,))
    assert periods(first) == [(0, "UP"), (60, "DOWN")]
    assert db.session.get(Website, ten[1].id).status is MonitorStatus.UP


def test_note_and_review_do_nothing_when_all_is_well(ten):
    impairments.note_references(True, at(10))
    impairments.review(at(1000))
    assert db.session.query(Impairment).count() == 0


def test_two_workers_that_notice_at_once_write_one_fact(context):
    made = [added(number, check_interval=86_400, status=MonitorStatus.UP) for number in range(12)]
    for website in made:
        website.streak_status, website.streak_count = MonitorStatus.DOWN, 1
        website.streak_since_at = website.last_checked_at = website.next_check_at = at(60)
    db.session.commit()
    ids = [website.id for website in made]
    both = threading.Barrier(2)

    def work():
        with context.app_context():
            targets = claims.claim_due(at(75), at(75), 6)
            db.session.commit()
            both.wait(30)
            claims.record([outcome(t, at(75), is_up=False) for t in targets], at(75))
            db.session.commit()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.expire_all()
    assert db.session.query(Impairment).count() == 1
    assert len(diary("system_warning")) == 1
    assert {periods(db.session.get(Website, i))[-1] for i in ids} == {(60, "UNKNOWN")}
