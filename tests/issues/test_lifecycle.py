"""Which steps are legal, and what arriving occurrences do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.issues.kinds import IssueStatus, Severity
from webapp.issues.lifecycle import (
    LASTS,
    STEPS,
    Arrival,
    Standing,
    Verb,
    arrive,
    clearly_more_than,
    lasts_on,
    refusal,
    stepped,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN, ACKNOWLEDGED, RESOLVED, IGNORED = IssueStatus
ONE = Arrival(1, 1, Severity.ERROR)
LEGAL = {
    (Verb.ACKNOWLEDGE, OPEN): ACKNOWLEDGED,
    (Verb.UNACKNOWLEDGE, ACKNOWLEDGED): OPEN,
    (Verb.RESOLVE, OPEN): RESOLVED,
    (Verb.RESOLVE, ACKNOWLEDGED): RESOLVED,
    (Verb.RESOLVE, IGNORED): RESOLVED,
    (Verb.REOPEN, RESOLVED): OPEN,
    (Verb.REOPEN, IGNORED): OPEN,
    (Verb.IGNORE, OPEN): IGNORED,
    (Verb.IGNORE, ACKNOWLEDGED): IGNORED,
    (Verb.IGNORE, IGNORED): IGNORED,
    (Verb.RECOVERED, OPEN): RESOLVED,
    (Verb.RECOVERED, ACKNOWLEDGED): RESOLVED,
    (Verb.RETURNED, RESOLVED): OPEN,
    (Verb.RETURNED, IGNORED): OPEN,
}


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("status", IssueStatus)
def test_a_step_is_legal_or_refused_in_a_sentence(verb: Verb, status: IssueStatus) -> None:
    standing = Standing(status)
    refused = refusal(verb, standing)
    if (verb, status) in LEGAL:
        assert refused is None
        assert stepped(verb, standing, NOW).status is LEGAL[verb, status]
    else:
        assert refused is not None
        assert refused.startswith("It is ")
        assert refused.endswith(".")


def test_what_lasts_is_not_resolved_by_people() -> None:
    assert refusal(Verb.RESOLVE, Standing(OPEN, is_ongoing=True)) == LASTS
    assert refusal(Verb.ACKNOWLEDGE, Standing(OPEN, is_ongoing=True)) is None


def test_a_new_status_is_dated_and_the_same_one_is_not() -> None:
    ignored = Standing(IGNORED, status_since_at=NOW - HOUR, ignored_until_at=NOW)
    again = stepped(Verb.IGNORE, ignored, NOW)
    assert (again.status_since_at, again.ignored_until_at) == (NOW - HOUR, None)
    assert stepped(Verb.REOPEN, ignored, NOW).status_since_at == NOW


@pytest.mark.parametrize(
    ("verb", "status", "stays"),
    [
        (Verb.ACKNOWLEDGE, OPEN, True),
        (Verb.UNACKNOWLEDGE, ACKNOWLEDGED, True),
        (Verb.RESOLVE, OPEN, False),
        (Verb.IGNORE, OPEN, False),
        (Verb.RECOVERED, ACKNOWLEDGED, False),
    ],
)
def test_that_it_came_back_is_said_until_it_is_settled(
    verb: Verb, status: IssueStatus, stays: bool
) -> None:
    assert stepped(verb, Standing(status, is_regressed=True), NOW).is_regressed is stays


@pytest.mark.parametrize("status", [OPEN, ACKNOWLEDGED])
def test_what_waits_for_somebody_goes_on_waiting(status: IssueStatus) -> None:
    assert arrive(Standing(status, occurrences=5), ONE, NOW) is None


def test_a_resolved_one_that_comes_back_is_open_and_regressed() -> None:
    found = arrive(Standing(RESOLVED, regressions=2, status_since_at=NOW - HOUR), ONE, NOW)
    assert found == Standing(OPEN, is_regressed=True, regressions=3, status_since_at=NOW)


def test_what_happened_before_it_was_resolved_does_not_bring_it_back() -> None:
    standing = Standing(RESOLVED, status_since_at=NOW - HOUR)
    late = replace(ONE, newest_at=NOW - 2 * HOUR)
    assert arrive(standing, late, NOW) is None
    assert arrive(standing, replace(late, newest_at=NOW - HOUR / 2), NOW) is not None
    assert arrive(standing, replace(late, is_ongoing=True), NOW) is not None


def test_one_that_is_ignored_for_good_stays_ignored() -> None:
    assert arrive(Standing(IGNORED), Arrival(10**6, 10**6, Severity.CRITICAL), NOW) is None


@pytest.mark.parametrize(
    ("until_at", "newest_at", "is_over"),
    [
        (NOW + HOUR, None, False),
        (NOW, None, True),
        (NOW - HOUR, NOW - HOUR / 2, True),
        (NOW - HOUR, NOW - 2 * HOUR, False),
    ],
)
def test_one_that_is_ignored_for_a_time_opens_when_it_comes_after_it(
    until_at: datetime, newest_at: datetime | None, is_over: bool
) -> None:
    standing = Standing(IGNORED, ignored_until_at=until_at, is_regressed=False)
    found = arrive(standing, replace(ONE, newest_at=newest_at), NOW)
    assert found == (Standing(OPEN, status_since_at=NOW) if is_over else None)


@pytest.mark.parametrize(("count", "is_over"), [(1, False), (9, False), (10, True), (11, True)])
def test_one_that_is_ignored_until_so_many_opens_with_the_last_of_them(
    count: int, is_over: bool
) -> None:
    standing = Standing(IGNORED, occurrences=40, ignored_until_count=50)
    assert (arrive(standing, replace(ONE, count=count), NOW) is not None) is is_over


@pytest.mark.parametrize(
    ("usual", "in_this_hour", "is_over"),
    [(0, 5, False), (0, 6, True), (10, 24, False), (10, 25, True), (1000, 2000, False)],
)
def test_one_that_is_ignored_until_it_grows_opens_when_an_hour_has_clearly_more(
    usual: float, in_this_hour: int, is_over: bool
) -> None:
    standing = Standing(IGNORED, ignored_hourly=usual, severity=Severity.ERROR)
    found = arrive(standing, replace(ONE, in_this_hour=in_this_hour), NOW)
    assert (found is not None) is is_over


def test_growing_worse_is_growing() -> None:
    standing = Standing(IGNORED, ignored_hourly=100, severity=Severity.WARNING)
    assert arrive(standing, replace(ONE, severity=Severity.WARNING), NOW) is None
    assert arrive(standing, ONE, NOW) is not None


def test_of_several_conditions_the_first_counts() -> None:
    standing = Standing(IGNORED, ignored_until_at=NOW + HOUR, ignored_until_count=2, occurrences=1)
    assert arrive(standing, ONE, NOW) == Standing(OPEN, occurrences=1, status_since_at=NOW)


def test_what_lasts_beyond_the_time_it_is_ignored_for_counts_as_coming_again() -> None:
    standing = Standing(IGNORED, ignored_until_at=NOW, is_ongoing=True)
    assert lasts_on(standing, NOW)
    assert not lasts_on(standing, NOW - HOUR)
    assert not lasts_on(replace(standing, is_ongoing=False), NOW)
    assert not lasts_on(replace(standing, ignored_until_at=None), NOW)


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_what_is_clearly_more_grows_with_what_is_usual(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert clearly_more_than(less) <= clearly_more_than(more)
    assert clearly_more_than(more) >= 2 * more


def test_every_verb_leads_somewhere_from_somewhere() -> None:
    assert set(STEPS) == set(Verb)
    assert {target for _, target in STEPS.values()} == set(IssueStatus)
