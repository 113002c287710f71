"""Exceptions that end a program or a thread, told before it ends."""

import os
import sys
import threading
from types import TracebackType

from .reporting import Reporter


def report_unhandled(reporter: Reporter, task: str | None = None) -> None:
    """Tell what nobody handles, in any thread; what Python does with it otherwise goes on.

    `task` is the program's name unless it is given. Stopping a program is no trouble.
    """
    name = task or os.path.basename(sys.argv[0]) or "python"
    before, before_in_thread = sys.excepthook, threading.excepthook

    def of_program(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            reporter.capture(error, task=name)
        before(kind, error, trace)

    def of_thread(given: threading.ExceptHookArgs) -> None:
        if isinstance(given.exc_value, Exception):
            thread = given.thread.name if given.thread is not None else None
            reporter.capture(given.exc_value, task=name, context={"thread": thread})
        before_in_thread(given)

    sys.excepthook, threading.excepthook = of_program, of_thread
