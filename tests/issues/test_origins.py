"""What has an origin is counted once, also where it is not kept."""

from datetime import timedelta

from sqlalchemy import func, select

from tests.issues.occurring import NOW, fault, operational
from tests.statements import explain_statements
from webapp.core.db import db
from webapp.issues import origins
from webapp.issues.digesting import digest
from webapp.issues.kinds import IssueKind
from webapp.issues.occurrences import SENT
from webapp.issues.origin_models import CountedOrigin


def remembered() -> int:
    return db.session.scalar(select(func.count()).select_from(CountedOrigin)) or 0


def test_only_what_is_not_kept_is_remembered_beside_the_rows(context):
    told = digest([operational(origin=f"{SENT}{n}") for n in range(150)], NOW)
    assert remembered() == sum(each.occurrence_id is None for each in told) == 25


def test_the_same_name_for_two_kinds_is_two_origins(context):
    digest([operational(origin=f"{SENT}{n}") for n in range(150)], NOW)
    name = f"{SENT}100"
    known = origins.known([operational(origin=name), fault(origin=name), operational()])
    assert set(known) == {(IssueKind.OPERATIONAL, name)}
    assert known[IssueKind.OPERATIONAL, name][0] is None


def test_they_are_forgotten_after_an_hour(context):
    digest([operational(origin=f"{SENT}{n}") for n in range(150)], NOW)
    origins.forget(NOW + timedelta(minutes=59))
    assert remembered() == 25
    origins.forget(NOW + timedelta(minutes=61))
    assert remembered() == 0


def test_they_are_found_along_their_indexes(context):
    digest([operational(origin=f"{SENT}{n}") for n in range(150)], NOW)
    with explain_statements(context) as plans:
        origins.known([operational(origin=f"{SENT}{n}") for n in range(20)])
    told = "\n".join(plans)
    assert "uq_operational_issues_origin" in told
    assert "SCAN" not in told
    assert "Seq Scan" not in told
