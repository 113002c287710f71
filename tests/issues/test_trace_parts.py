import pytest

from webapp.issues import trace_parts
from webapp.issues.frames import Frame, Link, Raised, Trace

LIBRARY = Frame("/usr/lib/python3.11/json/decoder.py", 3, "decode", "raise Error", False)


def own(
    code: str = "total = parse(text)", file: str = "/srv/shop/orders.py", line: int = 7
) -> Frame:
    return Frame(file, line, "accept", code)


def trace(*chain: Raised) -> Trace:
    return Trace("python", chain)


def parts(*chain: Raised) -> list[tuple[str, str]]:
    return trace_parts.of(trace(*chain))


def test_the_innermost_own_frame_is_where_it_went_wrong() -> None:
    raised = Raised("a.OddError", "bad 3", (own("x()"), own(), LIBRARY))
    assert parts(raised) == [
        ("exception", "OddError"),
        ("where", "orders.py accept total = parse(text)"),
        ("message", "bad <n>"),
    ]


def test_lines_folders_and_releases_do_not_matter() -> None:
    one = Raised("KeyError", "'a'", (own(line=7),))
    other = Raised("KeyError", "'a'", (own(file="/home/u/releases/20260801/orders.py", line=99),))
    assert parts(one) == parts(other)


def test_where_our_own_line_raises_the_message_does_not_matter() -> None:
    one, other = (
        Raised("ValueError", name, (own("raise ValueError(f'{name} is unknown')"),))
        for name in ("Anna is unknown", "Li Wei is unknown")
    )
    assert parts(one) == parts(other)


def test_an_explicit_cause_is_part_of_it_and_what_was_being_handled_is_not() -> None:
    cause = Raised("KeyError", "'a'", (own("values[name]"),))
    for link, number in ((Link.CAUSED, 2), (Link.DURING, 1)):
        told = Raised("ConfigError", "x", (own("raise ConfigError('x')"),), link)
        assert [name for name, _ in parts(cause, told)].count("exception") == number


def test_what_a_parser_says_of_the_data_does_not_matter() -> None:
    one, other = (
        Raised("json.decoder.JSONDecodeError", message, (own(), LIBRARY))
        for message in ("Expecting value: line 1", "Unterminated string")
    )
    assert parts(one) == parts(other)


def test_a_key_that_a_library_misses_is_a_name() -> None:
    one, other = (Raised("KeyError", key, (own(), LIBRARY)) for key in ("'price'", "'film'"))
    assert parts(one) != parts(other)


def test_a_recursion_is_known_by_the_functions_it_runs_through() -> None:
    walk, visit = Frame("a.py", 1, "walk"), Frame("a.py", 5, "visit")
    one = Raised("RecursionError", "x", (own(), *[walk, visit] * 20))
    other = Raised("RecursionError", "x", (*[visit, walk] * 30, visit))
    assert parts(one) == parts(other)


def test_members_of_a_group_count_once_and_in_any_order() -> None:
    def group(*members: str) -> list[tuple[str, str]]:
        told = Raised("ExceptionGroup", f"{len(members)} errors", (own(),))
        raised = (Raised(name, "x", (own(),), Link.MEMBER) for name in members)
        return parts(told, *raised)

    assert group("KeyError", "ValueError") == group("ValueError", "KeyError", "ValueError")
    assert group("KeyError") != group("ValueError")


@pytest.mark.parametrize("name", ["MemoryError", "rq.timeouts.JobTimeoutException"])
def test_what_strikes_anywhere_has_no_place(name: str) -> None:
    assert len(parts(Raised(name, "x", (own(),)))) == 1


def test_an_outage_may_be_told_by_a_cause() -> None:
    cause = Raised("redis.ConnectionError", "connect ECONNREFUSED 10.0.0.3:6379", ())
    told = Raised("QueueError", "could not enqueue", (own(),), Link.CAUSED)
    outage = trace_parts.outage_of(trace(cause, told))
    assert outage is not None
    assert outage.address == "10.0.0.3:6379"
