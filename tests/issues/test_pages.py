"""The number in the menu of every page."""

import pytest

from tests.issues.makers import issue
from tests.statements import count_statements
from webapp.issues import pages
from webapp.issues.kinds import IssueStatus


@pytest.mark.parametrize(("number", "says"), [(0, ""), (2, "2"), (4, "3+")])
def test_it_says_how_many_are_open_up_to_a_number_and_asks_once(context, monkeypatch, number, says):
    monkeypatch.setattr(pages, "MOST_COUNTED", 4)
    issue("Done", status=IssueStatus.RESOLVED)
    for place in range(number):
        issue(f"Open {place}")
    with count_statements(context) as asked:
        assert pages.open_issues() == says
        assert pages.open_issues() == says
    assert len(asked) == 1
