"""What checks mean over time, in cases and against an oracle that asks every second."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.websites.availability import availability
from webapp.websites.judgement import (
    GRACE,
    Finding,
    Rules,
    State,
    failures_in_a_row,
    hold,
    is_impaired,
    judge,
    release,
)
from webapp.websites.statuses import MonitorStatus as M
from webapp.websites.statuses import PeriodStatus as S
from webapp.websites.timeline import Change, Maintenance, changed, laid

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RULES = Rules(timeout_s=5)
LETTERS = {"u": M.UP, "d": M.DOWN, "g": M.DEGRADED, "?": M.UNKNOWN}


def at(second):
    return START + second * SECOND


def told(checks, rules=RULES, start=M.UNKNOWN, every=60):
    """The confirmed changes, (second, status), after one letter for each check in time."""
    state, found = State(start, at(-60)), []
    for number, letter in enumerate(checks):
        if letter == " ":
            continue
        moment = at(number * every)
        judged = judge(state, Finding(LETTERS[letter], moment, moment), rules)
        state = judged.state
        found += [((c.at - START) / SECOND, c.status.value) for c in judged.changes]
    return found


CASES = [
    ("a first success", "u", [(0, "UP")]),
    ("a first failure is not believed yet", "d", []),
    ("two are, and dated back to the first", "dd", [(0, "DOWN")]),
    ("one failure among successes is nothing", "udu", [(0, "UP")]),
    ("two in a row are a downtime", "uddu", [(0, "UP"), (60, "DOWN"), (180, "UP")]),
    ("a slow answer is degraded at once", "ugu", [(0, "UP"), (60, "DEGRADED"), (120, "UP")]),
    ("a slow answer ends a downtime", "ddg", [(0, "DOWN"), (120, "DEGRADED")]),
    ("a slow one between failures breaks the row", "udgd", [(0, "UP"), (120, "DEGRADED")]),
    ("a check that cannot tell is unknown at once", "u?", [(0, "UP"), (60, "UNKNOWN")]),
    ("also while it is down", "dd?", [(0, "DOWN"), (120, "UNKNOWN")]),
]


@pytest.mark.parametrize(("checks", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_status_is_confirmed_before_it_counts(checks, expected):
    assert told(checks) == expected


def test_a_recovery_may_need_more_than_one_success():
    rules = RULES._replace(successes_to_up=3)
    assert told("dduuduuu", rules) == [(0, "DOWN"), (300, "UP")]
    assert told("ddugu", rules) == [(0, "DOWN"), (120, "UP")]


def test_one_failure_is_enough_if_one_says_so():
    rules = RULES._replace(failures_to_down=1)
    assert told("udu", rules) == [(0, "UP"), (60, "DOWN"), (120, "UP")]


def test_what_is_not_confirmed_is_looked_at_again_soon():
    state = State(M.UP, at(0))
    first = judge(state, Finding(M.DOWN, at(60), at(60)), RULES)
    assert (first.recheck_at, first.is_news_of_down) == (at(75), False)
    second = judge(first.state, Finding(M.DOWN, at(75), at(75)), RULES)
    assert (second.recheck_at, second.is_news_of_down) == (None, True)
    assert failures_in_a_row(second) == 2


def test_a_check_that_begins_too_late_leaves_a_hole():
    late = at(60) + timedelta(seconds=5) + GRACE
    up = State(M.UP, at(0))
    assert judge(up, Finding(M.UP, late, at(60)), RULES).changes == ()
    judged = judge(up, Finding(M.UP, late + SECOND, at(60)), RULES)
    assert [(c.at, c.status) for c in judged.changes] == [
        (at(60), S.UNKNOWN),
        (late + SECOND, S.UP),
    ]


def test_a_hole_forgets_what_was_not_confirmed_and_ends_what_was():
    begun = State(M.UP, at(0), M.DOWN, 1, at(60))
    judged = judge(begun, Finding(M.DOWN, at(600), at(75)), RULES)
    assert [(c.at, c.status) for c in judged.changes] == [(at(75), S.UNKNOWN)]
    assert (judged.state.streak_count, judged.state.streak_since_at) == (1, at(600))
    down = State(M.DOWN, at(0))
    judged = judge(down, Finding(M.DOWN, at(600), at(60)), RULES)
    assert [c.status for c in judged.changes] == [S.UNKNOWN]


def test_a_held_downtime_is_unknown_and_goes_on_being_looked_at():
    begun = State(M.UP, at(0), M.DOWN, 1, at(60))
    judged = hold(judge(begun, Finding(M.DOWN, at(75), at(75)), RULES))
    assert [(c.at, c.status) for c in judged.changes] == [(at(60), S.UNKNOWN)]
    assert judged.state == State(M.UNKNOWN, at(60), M.DOWN, 2, at(60))
    assert judged.recheck_at == at(90)
    again = judge(judged.state, Finding(M.DOWN, at(90), at(90)), RULES)
    assert (again.was_held, again.changes[-1].at) == (True, at(60))
    assert hold(again).state == State(M.UNKNOWN, at(60), M.DOWN, 3, at(60))
    assert hold(again).changes == ()
    freed = release(again)
    assert (freed.changes[-1].at, freed.state.since_at) == (at(90), at(90))


def test_news_that_was_not_held_keeps_its_date_when_released():
    begun = State(M.UP, at(0), M.DOWN, 1, at(60))
    judged = judge(begun, Finding(M.DOWN, at(75), at(75)), RULES)
    assert release(judged) == judged


@pytest.mark.parametrize(
    ("failing", "checked", "impaired"),
    [(2, 2, False), (3, 3, True), (3, 5, True), (3, 6, False), (10, 10, True), (0, 0, False)],
)
def test_most_and_at_least_three_must_fail_for_it_to_be_us(failing, checked, impaired):
    assert is_impaired(failing, checked) is impaired


STEPS = st.tuples(
    st.integers(1, 90),  # seconds until it happens
    st.sampled_from("uuuudddg?P"),  # a check's finding, or a pause until the next step
    st.integers(0, 40),  # seconds by which the check is late
)


@settings(max_examples=300)
@given(
    st.lists(STEPS, max_size=25),
    st.integers(1, 3),
    st.integers(1, 3),
    st.lists(st.tuples(st.integers(0, 900), st.integers(1, 300)), max_size=2),
)
def test_periods_and_availability_equal_an_oracle_that_asks_every_second(
    steps, failures, successes, maintenance
):
    """Pauses, late checks, any intervals, maintenance; the oracle paints second by second."""
    rules = Rules(timeout_s=2, failures_to_down=failures, successes_to_up=successes)
    windows = [Maintenance(at(a), at(a + length)) for a, length in maintenance]
    events, now = [], 0
    for wait, letter, late in steps:
        due = now + wait
        now = due + (0 if letter == "P" else late)
        events.append((due, now, letter))
    end = now + 5
    base, written = [Change(at(0), S.UNKNOWN)], []
    state, is_paused = State(M.UNKNOWN, at(0)), False
    for due, moment, letter in events:
        if letter == "P":
            is_paused = not is_paused
            status = S.PAUSED if is_paused else S.UNKNOWN
            changes, state = [Change(at(moment), status)], State(M.UNKNOWN, at(moment))
        elif is_paused:
            continue
        else:
            judged = judge(state, Finding(LETTERS[letter], at(moment), at(due)), rules)
            changes, state = list(judged.changes), judged.state
        base = changed(base, changes)
    written = laid(base, windows, at(end))
    painted = paint(events, rules, end, maintenance)
    shown = [
        next(s.status for s in reversed(written) if s.started_at <= at(second))
        for second in range(end)
    ]
    assert shown == painted
    counted = [s in (S.UP, S.DEGRADED) for s in painted if s in (S.UP, S.DEGRADED, S.DOWN)]
    expected = 100 * sum(counted) / len(counted) if counted else None
    result = availability(written, at(0), at(end))
    assert result.percent == (expected if expected is None else pytest.approx(expected))
    assert result.coverage_percent == pytest.approx(100 * len(counted) / end)


def paint(events, rules, end, maintenance):
    """Each second's status: a plain array, repainted whenever more is known."""
    canvas = [S.UNKNOWN] * end
    current, row = S.UNKNOWN, []  # row: the checks in a row that contradict it
    for due, moment, letter in events:
        if letter == "P":
            current = S.UNKNOWN if current is S.PAUSED else S.PAUSED
            row = []
        elif current is S.PAUSED:
            continue
        else:
            if moment - due > rules.timeout_s + GRACE.total_seconds():
                current, row = S.UNKNOWN, []
                canvas[due:] = [current] * (end - due)
            found = S(LETTERS[letter].value)
            is_same_side = bool(row) and (row[-1][1] is S.DOWN) is (found is S.DOWN)
            row = [*row, (moment, found)] if is_same_side else [(moment, found)]
            if found is current:
                row = []
                continue
            if len(row) < needed_for(found, current, rules):
                continue
            moment, current, row = row[0][0], found, []
        canvas[moment:] = [current] * (end - moment)
    covered = {
        second for begins, length in maintenance for second in range(begins, begins + length)
    }
    return [
        S.MAINTENANCE if second in covered and status is not S.PAUSED else status
        for second, status in enumerate(canvas)
    ]


def needed_for(found, current, rules):
    if found is S.DOWN:
        return rules.failures_to_down
    return rules.successes_to_up if current is S.DOWN and found is not S.UNKNOWN else 1
