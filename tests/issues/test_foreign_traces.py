from textwrap import dedent

import pytest

from webapp.issues.foreign_traces import parse
from webapp.issues.frames import Trace


def read(text: str) -> Trace:
    trace = parse(dedent(text).strip("\n"))
    assert trace is not None
    return trace


def own(trace: Trace) -> list[str]:
    return [frame.function for frame in trace.told.own_frames]


def test_javascript_of_v8() -> None:
    trace = read("""
        TypeError: Cannot read properties of undefined (reading 'total')
            at new Cart (/srv/shop/cart.js:2:22)
            at async Object.show (file:///srv/shop/web.js:9:10)
            at /srv/shop/node_modules/express/router.js:8:3
            at process.processTicksAndRejections (node:internal/process/task_queues:81:21)
        """)
    assert (trace.language, trace.exception_type) == ("javascript", "TypeError")
    assert trace.message == "Cannot read properties of undefined (reading 'total')"
    assert own(trace) == ["show", "Cart"]
    assert trace.frames[-1][:2] == ("/srv/shop/cart.js", 2)


def test_javascript_of_a_browser() -> None:
    trace = read("""
        ReferenceError: price is not defined
        total@https://shop.example/static/app.3f2a1b9c.js:10:5
        @https://shop.example/static/app.3f2a1b9c.js:20:1
        """)
    assert [frame.function for frame in trace.frames] == ["", "total"]


def test_javascript_with_a_cause() -> None:
    trace = read("""
        Error: feed could not be read
            at wrapped (/srv/shop/jobs.js:38:11) {
          [cause]: SyntaxError: Unexpected token '<'
              at JSON.parse (<anonymous>)
              at parse (/srv/shop/prices.js:20:15)
        }
        """)
    assert [raised.exception_type for raised in trace.chain] == ["SyntaxError", "Error"]
    assert trace.message == "feed could not be read"


def test_java_with_its_causes() -> None:
    trace = read("""
        Exception in thread "main" java.lang.IllegalStateException: no plan
        \tat com.acme.Main.load(Main.java:32)
        \tat java.base/java.lang.Thread.run(Thread.java:840)
        Caused by: java.nio.file.NoSuchFileException: /data/plan-77.txt
        \tat java.base/sun.nio.fs.UnixException.rethrow(UnixException.java:92)
        \tat com.acme.Main.read(Main.java:21)
        \t... 2 more
        """)
    assert [raised.exception_type for raised in trace.chain] == [
        "java.nio.file.NoSuchFileException", "java.lang.IllegalStateException",
    ]  # fmt: skip
    assert (trace.message, own(trace)) == ("no plan", ["com.acme.Main.load"])


def test_go() -> None:
    trace = read("""
        panic: runtime error: index out of range [5] with length 3 [recovered]

        goroutine 1 [running]:
        runtime.gopanic(0xc000010)
        \t/usr/local/go/src/runtime/panic.go:12 +0x1d
        main.(*Shop).price(0xc000010, 0x5)
        \t/app/shop/price.go:12 +0x1d
        main.main()
        \t/app/main.go:8 +0x25

        goroutine 7 [select]:
        main.other()
        \t/app/main.go:99 +0x25
        """)
    assert trace.message == "runtime error: index out of range [5] with length 3"
    assert own(trace) == ["main.main", "main.(*Shop).price"]


@pytest.mark.parametrize(
    "text",
    [
        """
        /app/orders.rb:3:in 'Orders#find': undefined method 'total' for nil (NoMethodError)
        \tfrom /app/web.rb:9:in 'show'
        \tfrom /usr/lib/ruby/gems/3.3.0/gems/rack-3.0/lib/rack.rb:12:in 'call'
        """,
        """
        NoMethodError (undefined method 'total' for nil):

        /app/orders.rb:3:in `Orders#find'
        /app/web.rb:9:in `show'
        """,
    ],
)
def test_ruby(text: str) -> None:
    trace = read(text)
    assert (trace.language, trace.exception_type) == ("ruby", "NoMethodError")
    assert trace.message == "undefined method 'total' for nil"
    assert own(trace) == ["show", "Orders#find"]


def test_php() -> None:
    trace = read(r"""
        PHP Fatal error:  Uncaught Shop\Missing: Order 17 not found in /srv/src/Orders.php:12
        Stack trace:
        #0 /srv/src/Web.php(7): Shop\Orders->find(17)
        #1 /srv/vendor/slim/App.php(99): Shop\Web->show()
        #2 {main}
          thrown in /srv/src/Orders.php on line 12
        """)
    assert (trace.exception_type, trace.message) == (r"Shop\Missing", "Order 17 not found")
    assert own(trace) == [r"Shop\Web->show", r"Shop\Orders->find"]
    assert trace.frames[-1][:2] == ("/srv/src/Orders.php", 12)


@pytest.mark.parametrize(
    "text",
    ["", "no trace", "meet me\n    at the door", "x.rb: wrong", "goroutine 1", "\tat \n" * 999]
    + ["Stack trace:\n#0 x", "    at (" * 9_999, "a:" * 9_999 + ".rb:"],
)
def test_no_exception_no_trace(text: str) -> None:
    assert parse(text) is None
