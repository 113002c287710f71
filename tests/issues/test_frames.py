import pytest

from webapp.issues.frames import Frame, Link, Raised, Trace, is_own_file, is_own_package


@pytest.mark.parametrize(
    "file",
    ["/srv/shop/orders.py", "orders.py", "/home/u/lib/shop/x.py", "<stdin>", "<string>"]
    + ["/app/src/index.js", "app/models/order.rb", r"C:\shop\orders.py", "webpack:///src/a.js"],
)
def test_the_team_s_own_files(file: str) -> None:
    assert is_own_file(file)


@pytest.mark.parametrize(
    "file",
    ["/srv/venv/lib/python3.12/site-packages/flask/app.py", "/usr/lib/python3.11/json/decoder.py"]
    + [r"C:\Python311\Lib\json\decoder.py", "<frozen importlib._bootstrap>", "node:net"]
    + ["/app/node_modules/express/router.js", "/usr/local/go/src/net/http/server.go"]
    + ["/home/u/go/pkg/mod/x@v1/y.go", "/usr/lib/ruby/gems/3.3/gems/rack/lib/rack.rb"]
    + ["/srv/shop/vendor/slim/App.php", "pandas/_libs/index.pyx", "<__array_function__ internals>"],
)
def test_files_of_libraries_and_languages(file: str) -> None:
    assert not is_own_file(file)


def test_packages_of_java_and_go() -> None:
    assert is_own_package("com.acme.tickets.Main.run")
    assert is_own_package("main.(*Shop).price")
    assert not is_own_package("java.util.ArrayList.get")
    assert not is_own_package("org.springframework.web.Filter.doFilter")
    assert not is_own_package("runtime.gopanic")


def test_a_trace_is_told_by_its_last_exception_that_is_no_member() -> None:
    frame = Frame("a.py", 3, "f")
    group = Raised("ExceptionGroup", "two", (frame,), Link.DURING)
    trace = Trace("python", (Raised("KeyError", "'a'", ()), group,
                             Raised("ValueError", "x", (), Link.MEMBER)))  # fmt: skip
    assert (trace.exception_type, trace.message) == ("ExceptionGroup", "two")
    assert trace.frames == (frame,)


@pytest.mark.parametrize(
    ("written", "short"),
    [("KeyError", "KeyError"), ("a.b.OddError", "OddError"), ("Net::Timeout", "Timeout")]
    + [(r"Shop\Missing", "Missing"), ("java.io.IOException", "IOException")],
)
def test_a_type_is_short_without_its_modules(written: str, short: str) -> None:
    assert Raised(written, "", ()).short_type == short
