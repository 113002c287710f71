"""Three tables seen as one: what may go, and what one occurrence weighs."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.issues import makers
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import stored
from webapp.issues.kinds import IssueKind
from webapp.issues.models import Fault

NOW = clock.now()


@pytest.mark.parametrize(
    ("fields", "hours", "expected"),
    [
        ({}, 0, True),
        ({"is_ongoing": True}, 9999, False),
        ({"origin": "downtime:1"}, 47, False),
        ({"origin": "downtime:1"}, 49, True),
        ({"origin": "sent:1"}, 0.5, False),
        ({"origin": "sent:1"}, 2, True),
        ({"origin": "sent:1", "is_ongoing": True}, 2, False),
    ],
)
def test_what_lasts_or_may_be_told_again_stays(context, fields, hours, expected):
    issue = makers.issue(kind=IssueKind.FAULT)
    makers.fault(issue, timestamp=NOW - timedelta(hours=hours), **fields)
    found = db.session.scalars(select(Fault.id).where(stored.FAULTS.may_go(NOW))).all()
    assert bool(found) == expected


@pytest.mark.parametrize("sort", stored.SORTS, ids=lambda sort: sort.table.__tablename__)
def test_of_nothing_one_weighs_nothing(context, sort):
    assert sort.mean_bytes() == 0


def test_one_weighs_what_its_texts_do_and_a_little_more(context):
    issue = makers.issue()
    for length in (1000, 3000):
        makers.operational(
            issue, error_message="x" * 100, traceback="y" * length, context={"a": "z" * 100}
        )
    assert 2200 + stored.ROW_BYTES <= stored.OPERATIONAL_ISSUES.mean_bytes() <= 3900
