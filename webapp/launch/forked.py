"""A forked process that becomes a program of its own, as if it had been executed."""

import atexit
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import NoReturn

from webapp.launch.lifeline import PARENT, call_this_process, die_with_parent


def become(name: str, program: Callable[[], None], environ: Mapping[str, str]) -> NoReturn:
    """Run `program` in this process, just forked, as if it had been executed; then end."""
    status = 1
    try:
        _let_go_of_the_launcher(name, environ)
        program()
        status = 0
    except SystemExit as end:
        status = _status(end)
    except BaseException:
        traceback.print_exc()
    finally:
        # Whoever forked us must not go on here with what it would do next.
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _let_go_of_the_launcher(name: str, environ: Mapping[str, str]) -> None:
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGCHLD, signal.SIGUSR2):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if callable(signal.getsignal(signal.SIGHUP)):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environ)
    call_this_process(f"wk-{name}")
    die_with_parent(signal.SIGTERM)
    if int(environ[PARENT]) != os.getppid():
        raise SystemExit(1)


def _status(end: SystemExit) -> int:
    """The exit status that a program means; a sentence is printed, as the interpreter does."""
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1
