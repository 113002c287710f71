"""Three tables seen as one: what may go, and what one occurrence weighs."""

from datetime import timedelta

from sqlalchemy import select

from tests.issues import makers
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import stored
from webapp.issues.kinds import IssueKind
from webapp.issues.models import Fault

NOW = clock.now()


CASES = [
    ({}, 0, True),
    ({"is_ongoing": True}, 9999, False),
    ({"origin": "downtime:1"}, 47, False),
    ({"origin": "downtime:2"}, 49, True),
    ({"origin": "sent:1"}, 0.5, False),
    ({"origin": "sent:2"}, 2, True),
    ({"origin": "sent:3", "is_ongoing": True}, 2, False),
]


def test_what_lasts_or_may_be_told_again_stays(context):
    issue = makers.issue(kind=IssueKind.FAULT)
    made = [
        makers.fault(issue, timestamp=NOW - timedelta(hours=hours), **fields).id
        for fields, hours, _ in CASES
    ]
    may_go = set(db.session.scalars(select(Fault.id).where(stored.FAULTS.may_go(NOW))))
    assert [id in may_go for id in made] == [expected for *_, expected in CASES]


def test_of_nothing_one_weighs_nothing(context):
    assert [sort.mean_bytes() for sort in stored.SORTS] == [0, 0, 0]


def test_one_weighs_what_its_texts_do_and_a_little_more(context):
    issue = makers.issue()
    for length in (1000, 3000):
        makers.operational(
            issue, error_message="x" * 100, traceback="y" * length, context={"a": "z" * 100}
        )
    assert 2200 + stored.ROW_BYTES <= stored.OPERATIONAL_ISSUES.mean_bytes() <= 3900
