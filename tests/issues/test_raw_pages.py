"""The administrators' view of each table."""

import pytest

from tests.issues.makers import fault, issue, operational, overload
from webapp.core.db import db
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.raw_pages import SHOWN


@pytest.fixture
def rows(app):
    """Some of each table."""
    with app.app_context():
        fault(issue("f", kind=IssueKind.FAULT, subject="DB_GONE"), host="db-1")
        overload(issue("o", kind=IssueKind.OVERLOAD, subject="API"), cpu_percent=91.5)
        one = issue("p")
        operational(one, 5, error_message="Order 4711 failed", severity=Severity.WARNING)
        for _ in range(SHOWN):
            operational(one, error_message="no answer")
        db.session.commit()


def test_each_table_has_the_filters_that_fit_it(rows, administrator):
    for path, there, away in [
        ("faults", "DB_GONE", "4711"),
        ("faults?subject=OTHER", "No record fits", "db-1"),
        ("overloads", "91.5 %", "DB_GONE"),
        ("operational-issues", "no answer", "4711"),
        ("operational-issues?q=4711", "Order 4711 failed", "no answer"),
        ("operational-issues?severity=warning", "Order 4711 failed", "no answer"),
        ("operational-issues?subject=import_orders&since=2001-01-01", "no answer", "4711"),
        ("operational-issues?until=2001-01-01", "No record fits", "no answer"),
    ]:
        page = administrator.get(f"/issues/raw/{path}")
        assert page.status_code == 200
        assert there in page.text
        assert away not in page.text


def test_older_ones_are_a_page_on_and_the_filters_stay(rows, administrator):
    text = administrator.get("/issues/raw/operational-issues?subject=import_orders").text
    link = text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "subject=import_orders" in link
    older = administrator.get(link).text
    assert "Order 4711 failed" in older
    assert "Newest</a>" in older


def test_other_addresses_are_refused(administrator):
    for path, status in [
        ("faults?severity=x", 400),
        ("faults?before=0", 400),
        ("faults?page=2", 400),
        ("x", 404),
    ]:
        assert administrator.get(f"/issues/raw/{path}").status_code == status


def test_an_operator_may_not(operator):
    assert operator.get("/issues/raw/faults").status_code == 403
