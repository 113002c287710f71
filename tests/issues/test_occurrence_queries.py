"""Questions about stored occurrences, on both databases."""

from datetime import timedelta

from tests.issues.makers import affected, fault, fingerprint, issue, operational, overload
from tests.statements import explain_statements
from webapp.core import clock
from webapp.issues import occurrence_queries as asked
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.occurrence_queries import RecordFilters

OPERATIONAL = IssueKind.OPERATIONAL


def ids(found):
    return [record.id for record in found[0]]


class TestOfOneIssue:
    def test_the_newest_or_the_one_that_is_asked_for(self, context):
        one, other = issue("one"), issue("other")
        old, new = operational(one, 9), operational(one, 1)
        strange = operational(other)
        assert asked.occurrence(one).id == new.id
        assert asked.occurrence(one, old.id).id == old.id
        assert asked.occurrence(one, strange.id) is None
        assert asked.occurrence(issue("empty")) is None

    def test_neighbours_are_the_ones_just_before_and_after_in_time(self, context):
        one = issue()
        middle, old, new = operational(one, 5), operational(one, 9), operational(one, 1)
        assert asked.neighbours(one, asked.occurrence(one, middle.id)) == (old.id, new.id)
        assert asked.neighbours(one, asked.occurrence(one, new.id)) == (middle.id, None)

    def test_of_one_moment_the_later_stored_is_the_newer(self, context):
        one, at = issue(), clock.now()
        made = [operational(one, created_at=at) for _ in range(3)]
        first, second, third = (row.id for row in made)
        assert asked.neighbours(one, asked.occurrence(one, second)) == (first, third)
        assert ids(asked.occurrences(one, 9)) == [third, second, first]

    def test_pages_go_on_from_the_last_one_seen(self, context):
        one = issue(kind=IssueKind.FAULT)
        made = [fault(one, minutes).id for minutes in (1, 2, 3, 4, 5)]
        assert (ids(asked.occurrences(one, 2)), asked.occurrences(one, 2)[1]) == (made[:2], True)
        assert asked.occurrences(one, 9, made[1])[1] is False
        assert ids(asked.occurrences(one, 9, made[1])) == made[2:]

    def test_what_belongs_together_and_what_it_touched(self, context):
        one = issue()
        second = fingerprint(one, "second")
        assert asked.fingerprints(one.id, 9)[1].id == second.id
        for number in range(12):
            affected(one, "host", f"web-{number}", number)
        affected(one, "person", "ann@example.org", 3)
        found = asked.affected(one.id)
        assert list(found) == ["host", "person"]
        assert [name.name for name in found["host"]][:2] == ["web-11", "web-10"]
        assert len(found["host"]) == asked.NAMES_SHOWN + 1
        assert asked.affected(99) == {}


class TestTables:
    def test_each_filter_narrows(self, context):
        one, between = issue(), clock.now() - timedelta(hours=3)
        made = [
            operational(one, 60, host="web-1"),
            operational(one, 61, severity=Severity.WARNING, error_message="Order 4711 failed"),
            operational(one, 300, task="nightly"),
        ]
        for fields, expected in [
            ({}, [0, 1, 2]),
            ({"severity": Severity.WARNING}, [1]),
            ({"subject": "nightly"}, [2]),
            ({"host": "web-1"}, [0]),
            ({"search": "4711 fail"}, [1]),
            ({"search": "4711", "severity": Severity.INFO}, []),
            ({"since_at": between}, [0, 1]),
            ({"until_at": between}, [2]),
        ]:
            found = ids(asked.records(OPERATIONAL, RecordFilters(**fields), 9))
            assert found == [made[place].id for place in expected], fields

    def test_found_words_go_on_too(self, context):
        one = issue()
        made = [operational(one, error_message=f"try {number}").id for number in range(5)]
        words = RecordFilters(search="try")
        first, has_more = asked.records(OPERATIONAL, words, 2)
        assert ([record.id for record in first], has_more) == (made[:2:-1], True)
        assert ids(asked.records(OPERATIONAL, words, 9, first[-1].id)) == made[2::-1]

    def test_a_row_that_is_gone_still_says_where_to_go_on(self, context):
        one = issue(kind=IssueKind.OVERLOAD)
        made = [overload(one).id for _ in range(3)]
        assert ids(asked.records(IssueKind.OVERLOAD, RecordFilters(), 9, 10_000)) == made[::-1]

    def test_a_page_is_read_in_the_order_of_an_index(self, context):
        with explain_statements(context) as plans:
            for kind in IssueKind:
                asked.records(kind, RecordFilters(), 9)
        assert len(plans) == 3
        for plan in plans:
            assert "Sort Key" not in plan
            assert "TEMP B-TREE" not in plan


def test_an_overload_is_shown_with_its_numbers(context):
    one = issue(kind=IssueKind.OVERLOAD)
    processes = {"count": 1, "cpu": [{"name": "python"}], "memory": []}
    overload(one, cpu_percent=91.0, peak_value=99.0, processes=processes)
    record = asked.occurrence(one)
    assert record.measured == {
        "Value": (97.0, "percent"), "Worst": (99.0, "percent"), "CPU": (91.0, "percent"),
    }  # fmt: skip
    assert record.processes == processes
