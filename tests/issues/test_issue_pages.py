"""The page of one issue, and of its stored occurrences."""

import pytest

from tests.issues.makers import affected, fault, hour, issue, operational, overload
from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.kinds import IssueKind

TRACEBACK = """Traceback (most recent call last):
  File "/srv/shop/jobs.py", line 8, in run
    load(<order>)
  File "/usr/lib/python3.11/site-packages/lib/net.py", line 3, in send
    raise TimeoutError("no answer")
TimeoutError: no answer
"""


@pytest.fixture
def made(app):
    """An issue with two stored occurrences."""
    with app.app_context():
        row = issue("No answer", occurrences=2345, host="web-1", message="no <answer>")
        context = {"order": {"id": 17, "tags": ["a", None]}, "empty": {}}
        old = operational(row, 30, error_message="older text")
        new = operational(row, 5, traceback=TRACEBACK, context=context, host="web-1")
        affected(row, "person", "ann@example.org", 4)
        hour(row, 1, 7)
        db.session.commit()
        return row.id, old.id, new.id


def test_the_page_shows_the_last_occurrence_with_all_that_is_known(made, viewer):
    page = viewer.get(f"/issues/{made[0]}")
    assert page.status_code == 200
    for text in ("2,345 times", "no &lt;answer&gt;", "load(&lt;order&gt;)", "order.id", "a, –",
                 "ann@example.org", "1 call in libraries", "As it was sent", "This occurrence",
                 "Hours of the week"):  # fmt: skip
        assert text in page.text, text
    assert f"occurrence={made[1]}" in page.text


def test_another_occurrence_is_shown_when_it_is_asked_for(made, viewer):
    text = viewer.get(f"/issues/{made[0]}?occurrence={made[1]}").text
    assert "older text" in text
    assert "An earlier occurrence" in text
    assert f"occurrence={made[2]}" in text


def test_what_is_not_there_is_not_found(made, viewer):
    for path, status in [
        ("/issues/999999", 404),
        ("/issues/99999999999999999999", 404),
        ("/issues/{}?occurrence=999999", 404),
        ("/issues/{}?occurrence=x", 400),
        ("/issues/{}?range=year", 400),
        ("/issues/{}/occurrences?before=x", 400),
        ("/issues/999999/occurrences", 404),
    ]:
        assert viewer.get(path.format(made[0])).status_code == status


def test_for_htmx_it_is_the_panel_of_how_it_stands(made, viewer, monkeypatch):
    now = clock.now().replace(second=1)
    monkeypatch.setattr(clock, "now", lambda: now)
    block = viewer.get(f"/issues/{made[0]}?range=24h", htmx=True)
    assert block.text.strip().startswith('<section class="panel" id="issue_now"')
    assert "7 in 24 hours" in block.text
    seen = block.text.split("seen=")[1].split('"')[0]
    assert viewer.get(f"/issues/{made[0]}?seen={seen}", htmx=True).status_code == 204


def test_one_that_was_merged_leads_to_the_one_that_it_is_in(app, made, viewer):
    with app.app_context():
        gone = issue("Gone", merged_into_id=made[0])
        db.session.commit()
        path = f"/issues/{gone.id}"
    answer = viewer.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/issues/{made[0]}"


def test_when_no_occurrence_is_kept_the_number_still_is(app, viewer):
    with app.app_context():
        path = f"/issues/{issue('Old', occurrences=7).id}"
        db.session.commit()
    text = viewer.get(path).text
    assert "None of its occurrences is kept any more" in text
    assert "7 times" in text
    assert "None is kept" in viewer.get(f"{path}/occurrences").text


def test_an_overload_and_a_fault_are_shown_with_what_they_have(app, viewer):
    with app.app_context():
        hot = issue("CPU on web-1", kind=IssueKind.OVERLOAD, subject="CPU")
        process = {"name": "ffmpeg", "pid": 7, "cpu_percent": 88.0, "memory_bytes": 1024}
        overload(hot, ram_percent=61.5, processes={"cpu": [process], "memory": []})
        down = issue("Down", kind=IssueKind.FAULT, subject="WEBSITE_DOWN")
        fault(down, is_ongoing=True)
        db.session.commit()
        ids = hot.id, down.id
    text = viewer.get(f"/issues/{ids[0]}").text
    assert "61.5" in text
    assert "ffmpeg" in text
    assert "It still goes on" in viewer.get(f"/issues/{ids[1]}").text
    assert viewer.get(f"/issues/{ids[0]}/occurrences").status_code == 200


def test_the_stored_occurrences_are_a_page_and_a_block(made, viewer):
    page = viewer.get(f"/issues/{made[0]}/occurrences")
    assert "2,345 times in all" in page.text
    assert page.text.index(f"occurrence={made[2]}") < page.text.index(f"occurrence={made[1]}")
    block = viewer.get(f"/issues/{made[0]}/occurrences?before={made[2]}", htmx=True)
    assert block.text.strip().startswith('<section class="panel" id="issue_occurrences"')
    assert f"occurrence={made[2]}" not in block.text


def test_the_page_costs_a_fixed_number_of_statements(made, app, viewer):
    viewer.get(f"/issues/{made[0]}")
    with app.app_context():
        row = db.session.get(type(issue()), made[0])
        for number in range(20):
            operational(row, number)
            affected(row, "host", f"box-{number}")
        db.session.commit()
    with count_statements(app) as asked:
        viewer.get(f"/issues/{made[0]}")
    assert len(asked) <= 32, len(asked)


def test_only_operators_see_what_can_be_done(made, viewer, operator):
    assert "Acknowledge" not in viewer.get(f"/issues/{made[0]}").text
    text = operator.get(f"/issues/{made[0]}").text
    assert "Acknowledge" in text
    assert "Merge others into it" in text
