from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.issues.grouping_rules import Rule, is_like
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.occurrences import Occurrence


def occurrence(**fields: Any) -> Occurrence:
    values: dict[str, Any] = {
        "kind": IssueKind.OPERATIONAL,
        "subject": "import_orders",
        "name": "TMDB Timeout",
        "message": "Connection timed out after 30 seconds",
        "severity": Severity.ERROR,
        "at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Occurrence(**values | fields)


def rule(fingerprint: str = "timeouts", **matches: str) -> Rule:
    return Rule(IssueKind.OPERATIONAL, matches, fingerprint)


@pytest.mark.parametrize(
    "matches",
    [
        {"task": "import_orders"},
        {"task": "import_*", "message": "*timed out*"},
        {"name": "tmdb timeout"},
        {"severity": "error"},
        {"host": ""},
    ],
)
def test_a_rule_fits_when_all_its_patterns_do(matches: dict[str, str]) -> None:
    assert rule(**matches).fits(occurrence())


@pytest.mark.parametrize(
    "matches",
    [{}, {"task": "import"}, {"task": "import_*", "host": "web*"}, {"what_is_not_there": "x"}],
)
def test_a_rule_does_not_fit_when_one_pattern_does_not(matches: dict[str, str]) -> None:
    assert not rule(**matches).fits(occurrence())


def test_a_rule_is_for_one_kind() -> None:
    assert not rule(message="*").fits(occurrence(kind=IssueKind.FAULT))


def test_names_in_braces_are_filled_in() -> None:
    parts = rule("timeouts of {task} on {host}", task="*").parts(occurrence(host="web1"))
    assert parts == ("timeouts of import_orders on web1",)


def test_the_default_can_be_part_of_a_fingerprint() -> None:
    parts = rule("{{ default }} on {host}", task="*").parts(occurrence(host="web1"))
    assert parts == ("{{ default }}", " on web1")


@given(st.text("ab*", max_size=8), st.text("ab", max_size=12))
def test_a_pattern_fits_what_a_shell_would_say(pattern: str, text: str) -> None:
    assert is_like(pattern, text) == fnmatchcase(text, pattern)


def test_a_pattern_of_many_stars_takes_no_longer() -> None:
    assert not is_like("*a" * 2_000 + "b", "a" * 10_000)
