"""What the addresses of lists say."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from webapp.issues.kinds import IssueKind, IssueStatus, Severity
from webapp.issues.page_schemas import ListQuery, RawQuery, list_parameters, without_empty
from webapp.issues.queries import IssueFilters, Sort


def test_an_empty_address_asks_for_all_the_open_first():
    query = ListQuery()
    assert query.filters(7, UTC) == IssueFilters()
    assert not query.is_narrowed
    assert not query.has_more


def test_each_parameter_becomes_a_filter():
    given = {
        "q": " timed out ", "status": "open", "kind": "fault", "severity": "error", "host": "a",
        "subject": "X", "service": "s", "since": "2026-03-01", "until": "2026-03-02",
        "assignee": "me", "sort": "worst", "page": "3",
    }  # fmt: skip
    query = ListQuery.model_validate(given)
    assert query.filters(7, ZoneInfo("Asia/Tokyo")) == IssueFilters(
        IssueKind.FAULT, Severity.ERROR, IssueStatus.OPEN, "X", "a", "s",
        datetime(2026, 2, 28, 15, tzinfo=UTC), datetime(2026, 3, 2, 15, tzinfo=UTC),
        "timed out", 7, False, Sort.WORST,
    )  # fmt: skip
    assert query.is_narrowed
    assert query.has_more
    assert ListQuery(assignee="nobody").filters(7, UTC).is_unassigned


@pytest.mark.parametrize(
    "given",
    [{"status": "x"}, {"page": "0"}, {"since": "soon"}, {"sort": "x"}, {"other": "1"},
     {"q": "x" * 201}, {"q": "\x00"}],
)  # fmt: skip
def test_what_no_form_of_ours_sends_is_refused(given):
    with pytest.raises(ValidationError):
        ListQuery.model_validate(given)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_at_the_ends_of_the_calendar_mean_no_bound(day):
    query = RawQuery.model_validate({"since": day, "until": day})
    assert query.span(ZoneInfo("Asia/Tokyo"))[0] is None


def test_empty_fields_and_the_version_are_no_parameters():
    assert without_empty({"q": " ", "kind": "fault", "seen": "1-2"}) == {"kind": "fault"}


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        ("status=open&page=2", {"status": "open", "page": "2"}),
        ("status=open&next=//evil.example", {"status": "open"}),
        ("status=nonsense", {}),
        ("", {}),
    ],
)
def test_a_form_goes_back_only_to_a_list(back, expected):
    assert list_parameters(back) == expected
