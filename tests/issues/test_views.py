"""The list of issues: as a page and as a panel."""

from datetime import timedelta

import pytest

from tests.issues.makers import affected, hour, issue
from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.kinds import IssueKind, IssueStatus, Severity


@pytest.fixture
def some(app):
    """Three issues, of which one is settled."""
    with app.app_context():
        made = [
            issue("Import failed", 5, occurrences=1204, message="Row 17 <b>is</b> bad"),
            issue("Disk full", 1, kind=IssueKind.FAULT, severity=Severity.CRITICAL, host="db-1"),
            issue("Mail bounced", 9, status=IssueStatus.RESOLVED, is_regressed=True),
        ]
        affected(made[1], "host", "db-1")
        hour(made[0], 0, 3)
        db.session.commit()
        return [row.id for row in made]


def test_the_page_lists_them_the_open_ones_first(some, viewer):
    page = viewer.get("/issues/")
    assert page.status_code == 200
    places = [page.text.index(t) for t in ("Disk full", "Import failed", "Mail bounced")]
    assert places == sorted(places)
    assert "1,204" in page.text
    assert "Row 17 &lt;b&gt;is&lt;/b&gt; bad" in page.text
    assert "Last 24 hours: 3 in all" in page.text
    assert "came back" in page.text


def test_for_htmx_it_is_the_panel_and_nothing_while_nothing_changed(some, viewer):
    block = viewer.get("/issues/?status=open", htmx=True)
    assert block.text.strip().startswith('<section class="panel" id="issue_list"')
    seen = block.text.split("seen=")[1].split('"')[0]
    path = f"/issues/?status=open&seen={seen}"
    # The bars move on with the minute: then it is drawn again.
    assert viewer.get(path, htmx=True).status_code in (204, 200)
    assert viewer.get("/issues/?seen=1-2", htmx=True).status_code == 200


def test_a_panel_that_is_up_to_date_costs_one_question_beside_the_session(
    some, app, viewer, monkeypatch
):
    now = clock.now().replace(second=1)
    monkeypatch.setattr(clock, "now", lambda: now)
    seen = viewer.get("/issues/", htmx=True).text.split("seen=")[1].split('"')[0]
    with count_statements(app) as asked:
        answer = viewer.get(f"/issues/?seen={seen}", htmx=True)
    assert answer.status_code == 204
    assert len(asked) <= 2, asked


def test_filters_narrow_it(some, viewer):
    for query, there, away in [
        ("status=resolved", "Mail bounced", "Disk full"),
        ("kind=fault", "Disk full", "Import failed"),
        ("severity=critical", "Disk full", "Mail bounced"),
        ("host=db-1", "Disk full", "Mail bounced"),
        ("q=row+bad", "Import failed", "Disk full"),
        ("subject=import_orders&sort=most", "Import failed", "No issue fits"),
        ("since=2001-01-01&until=2001-02-01", "No issue fits", "Disk full"),
        ("assignee=me", "No issue fits", "Disk full"),
        ("page=7", "No issue fits", "Disk full"),
    ]:
        text = viewer.get(f"/issues/?{query}").text
        assert there in text
        assert away not in text


def test_each_status_says_how_many_there_are(some, viewer):
    tabs = viewer.get("/issues/?status=open").text.split('aria-label="Status"')[1]
    words = tabs.split("</nav>")[0].replace('<span class="muted">', "").replace("</span>", "")
    for label in ("All 3", "Open 2", "Acknowledged 0", "Resolved 1", "Ignored 0"):
        assert label in words
    assert 'aria-current="true">Open' in words


def test_an_address_that_is_not_ours_is_refused(viewer):
    for query in ["status=x", "page=0", "sort=x", "nonsense=1", "since=soon"]:
        assert viewer.get(f"/issues/?{query}").status_code == 400


def test_only_operators_see_what_can_be_done(some, viewer, operator):
    assert 'name="issue"' not in viewer.get("/issues/").text
    page = operator.get("/issues/").text
    assert page.count('name="issue"') == 3
    assert "Report an issue" in page
    assert "Records" not in page


def test_an_empty_house_says_so(viewer):
    assert "Nothing has gone wrong yet" in viewer.get("/issues/").text


def test_the_page_costs_the_same_however_many_there_are(some, app, viewer):
    viewer.get("/issues/")
    with count_statements(app) as few:
        viewer.get("/issues/")
    with app.app_context():
        for number in range(30):
            issue(f"More {number}", first_seen_at=clock.now() - timedelta(days=number))
        db.session.commit()
    with count_statements(app) as many:
        viewer.get("/issues/")
    assert abs(len(many) - len(few)) <= 1, "one segment more or less"
    assert len(many) <= 12, many


def test_the_menu_of_every_page_says_how_many_are_open(some, viewer):
    assert '2<span class="sr-only"> open</span>' in viewer.get("/activity/").text
