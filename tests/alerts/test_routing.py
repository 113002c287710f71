"""Which routes an alert takes."""

from datetime import UTC, datetime

import pytest

from webapp.alerts.matching import Facts, read_matchers
from webapp.alerts.routing import Branch, group_key, looks, taken
from webapp.issues.kinds import Severity

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def facts(severity="error", host="web-1", service=None, **tags):
    return Facts(Severity(severity), "fault", "The disk is full", host, service, tags)


def branch(number, *below, **fields):
    continues = fields.pop("continues", False)
    return Branch(
        number, f"r{number}", read_matchers(fields), (number,), continues, below=tuple(below)
    )


TREE = [
    branch(1, severities=["critical"], continues=True),
    branch(2, branch(3, host=["web-*"]), branch(4, tags={"team": "db"}), host=["web-*", "db-*"]),
    branch(5),
]
CASES = [
    (facts("critical", "mail-1"), [1, 5]),
    (facts("critical", "web-1"), [1, 3]),
    (facts("error", "web-1"), [3]),
    (facts("error", "db-1"), [2]),
    (facts("error", "db-1", team="db"), [4]),
    (facts("error", None), [5]),
]


@pytest.mark.parametrize(("found", "routes"), CASES)
def test_the_first_route_that_fits_decides_unless_it_continues(found, routes):
    assert [each.id for each in taken(TREE, found, NOW)] == routes


def test_each_look_says_why_a_route_was_not_taken():
    said = {look.path: look.why_not for look in looks(TREE, facts("error", "db-1"), NOW)}
    assert said == {
        ("r1",): "its severity is error",
        ("r2", "r3"): "its host is db-1",
        ("r2", "r4"): "its tag team is missing",
        ("r2",): None,
    }


def test_no_route_is_no_answer():
    assert taken([], facts(), NOW) == []
    assert taken([branch(1, host=["db"])], facts(), NOW) == []


def test_a_group_is_what_has_the_same_values_of_what_the_route_groups_by():
    one = Branch(7, "r", read_matchers({}), group_by=("severity", "host", "team"))
    assert group_key(one, facts(team="a|b")) == "7:error|web-1|a/b"
    assert group_key(one, facts(host=None)) == "7:error||"
    assert group_key(branch(7), facts()) == group_key(branch(7), facts(host="db-1")) == "7:"
