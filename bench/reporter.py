"""What telling costs an application: a message, an exception with its traceback, a logged error."""

import logging
import statistics
import time
from collections.abc import Callable

from bench.product import report
from webapp.client import IssueHandler, Reporter, watch_task
from webapp.client.reports import Reports

CALLS = 2_000
ROUNDS = 9
DEPTH = 20
LIMIT_US = 1000
LIMIT_IDLE_US = 10


def main() -> None:
    """Tell each many times over; print the median of what one costs."""
    reporter = Reporter("bench", send=_forget, max_waiting=CALLS * 100, max_bytes=10**9)
    log = logging.getLogger("bench.reporter")
    log.propagate = False
    log.addHandler(IssueHandler(reporter))
    context = {"order": 17, "lines": [{"sku": "a", "count": 1}] * 5}
    watched, bare = watch_task(reporter, "nothing")(_nothing), _microseconds(_nothing)
    report("a watched task that succeeds adds", _microseconds(watched) - bare, "us", LIMIT_IDLE_US)

    def message() -> None:
        reporter.report("no answer for 30 s", name="Timeout", task="checkout", context=context)

    def exception() -> None:
        try:
            _fail(DEPTH)
        except ValueError as error:
            reporter.capture(error, task="checkout", context=context)

    def logged() -> None:
        log.error("Order %s failed", 17, extra={"order": 17})

    for name, tell in (("a message", message), ("a logged error", logged)):
        report(f"to tell {name}", _microseconds(tell), "us", LIMIT_US)
    report(f"to tell an exception of {DEPTH} calls", _microseconds(exception), "us", LIMIT_US)
    reporter.close()


def _forget(_reports: Reports) -> None:
    pass


def _nothing() -> None:
    pass


def _fail(depth: int) -> int:
    if depth == 0:
        raise ValueError("no such order")
    return _fail(depth - 1) + 1


def _microseconds(tell: Callable[[], object]) -> float:
    rounds = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        for _ in range(CALLS // 10):
            tell()
        rounds.append((time.perf_counter() - began_s) / (CALLS // 10) * 1e6)
    return statistics.median(rounds)


if __name__ == "__main__":
    main()
