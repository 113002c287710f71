"""Faults of certificates: by the days that are set for each website."""

from datetime import timedelta

import pytest

from tests.websites.makers import website
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.judging_certificates import judge_certificates
from webapp.issues.models import Fault

NOW = clock.now()
DAY = timedelta(days=1)


def site(days, **fields):
    return website(name="Shop", certificate_expires_at=NOW + days * DAY, **fields)


def judge(now=NOW):
    judge_certificates(now)
    db.session.commit()
    db.session.expire_all()
    rows = db.session.execute(db.select(Fault.error_code, Fault.is_ongoing).order_by(Fault.id))
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("days", "options", "codes"),
    [
        (8, {}, []),
        (6, {}, ["CERTIFICATE_EXPIRING"]),
        (20, {"certificate_days": 30}, ["CERTIFICATE_EXPIRING"]),
        (6, {"certificate_days": 0}, []),
        (-1, {}, ["CERTIFICATE_EXPIRED"]),
    ],
)
def test_a_certificate_that_ends_is_a_fault(context, days, options, codes):
    site(days, options=options)
    assert judge() == [(code, True) for code in codes]


def test_one_that_has_ended_is_another_fault_and_a_new_one_ends_both(context):
    shop = site(6)
    judge()
    expected = [("CERTIFICATE_EXPIRING", False), ("CERTIFICATE_EXPIRED", True)]
    assert judge(NOW + 7 * DAY) == expected
    assert judge(NOW + 7 * DAY) == expected
    db.session.merge(shop).certificate_expires_at = NOW + 90 * DAY
    db.session.commit()
    assert [lasts for _, lasts in judge(NOW + 7 * DAY)] == [False, False]


def test_a_paused_website_has_none(context):
    shop = site(6)
    judge()
    db.session.merge(shop).is_active = False
    db.session.commit()
    assert judge() == [("CERTIFICATE_EXPIRING", False)]


def test_maintenance_begins_none_and_ends_none(context):
    shop = site(6, is_in_maintenance=True)
    assert judge() == []
    shop.is_in_maintenance = False
    db.session.commit()
    judge()
    db.session.merge(shop).is_in_maintenance = True
    db.session.commit()
    assert judge() == [("CERTIFICATE_EXPIRING", True)]
