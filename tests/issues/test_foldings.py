"""A traceback as it is read: the failing line first, calls in libraries folded."""

from webapp.issues.foldings import folded
from webapp.issues.frames import Frame, Link, Raised, Trace


def call(name, is_in_app=True):
    return Frame(f"{name}.py", 1, name, f"{name}()", is_in_app)


def test_the_innermost_call_comes_first_and_calls_in_libraries_are_held_together():
    frames = (call("main"), call("job"), call("get", False), call("send", False))
    (told,) = folded(Trace("python", (Raised("ValueError", "bad", frames),)))
    assert (told.exception_type, told.message, told.link) == ("ValueError", "bad", "")
    shape = [(s.is_own, [f.function for f in s.frames]) for s in told.stretches]
    assert shape == [(False, ["send", "get"]), (True, ["job", "main"])]


def test_where_all_is_of_libraries_the_innermost_stands_in_front():
    frames = (call("run", False), call("send", False))
    (told,) = folded(Trace("python", (Raised("OSError", "", frames),)))
    assert [(s.is_own, len(s.frames)) for s in told.stretches] == [(True, 1), (False, 1)]
    (alone,) = folded(Trace("go", (Raised("panic", "", frames[:1]),)))
    assert [(s.is_own, len(s.frames)) for s in alone.stretches] == [(True, 1)]
    assert folded(Trace("js", (Raised("Error", "", ()),)))[0].stretches == []


def test_the_exception_that_was_told_last_comes_first_and_each_says_how_it_came():
    chain = (
        Raised("A", "", ()),
        Raised("B", "", (), Link.CAUSED),
        Raised("C", "", (), Link.DURING),
    )
    found = folded(Trace("python", chain))
    assert [told.exception_type for told in found] == ["C", "B", "A"]
    assert all(told.link for told in found)
