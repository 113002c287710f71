"""How a forked process becomes a program of its own; each case in an interpreter of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import atexit, os, signal, sys
from webapp.launch.forked import become

def program():
    {program}

signal.signal(signal.SIGTERM, lambda *_: None)
signal.signal(signal.SIGHUP, {hangup})
atexit.register(lambda: print("kept until the end", flush=True))
given = {{"WATCHKEEPER_LAUNCHER": str({launcher}), "ONLY": "this"}}
if not (child := os.fork()):
    become("web", program, given)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
os.write(1, b"status %d" % status)
os._exit(0)
"""


def told(
    program: str, launcher: str = "os.getpid()", hangup: str = "signal.SIG_DFL"
) -> tuple[list[str], str]:
    """The lines printed by the child, with its exit status as the last, and what it complained."""
    script = SCRIPT.format(program=program, launcher=launcher, hangup=hangup)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), done.stderr


@pytest.mark.parametrize(
    ("program", "status"),
    [("pass", 0), ("sys.exit()", 0), ("sys.exit(3)", 3), ("sys.exit('No.')", 1), ("1 / 0", 1)],
)
def test_it_ends_with_the_status_its_program_means(program: str, status: int) -> None:
    lines, _ = told(program)

    assert lines == ["kept until the end", f"status {status}"]


def test_it_says_why_it_ended() -> None:
    assert told("sys.exit('There is no port.')")[1] == "There is no port.\n"
    assert told("1 / 0")[1].endswith("ZeroDivisionError: division by zero\n")


def test_it_has_the_environment_it_was_given_and_no_other() -> None:
    lines, _ = told("print(sorted(os.environ), os.environ['ONLY'])")

    assert lines[0] == "['ONLY', 'WATCHKEEPER_LAUNCHER'] this"


def test_it_handles_signals_as_a_new_process_does() -> None:
    asked = "print(signal.getsignal(signal.SIGTERM).name, signal.getsignal(signal.SIGHUP).name)"

    assert told(asked, hangup="lambda *_: None")[0][0] == "SIG_DFL SIG_DFL"
    assert told(asked, hangup="signal.SIG_IGN")[0][0] == "SIG_DFL SIG_IGN"


def test_it_goes_by_its_own_name() -> None:
    assert told("print(open('/proc/self/comm').read().strip())")[0][0] == "wk-web"


def test_it_does_not_begin_where_the_launcher_is_already_gone() -> None:
    assert told("print('begun')", launcher="1")[0] == ["kept until the end", "status 1"]
