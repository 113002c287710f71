"""Ties processes together, so that none outlives the run it belongs to.

Run as `python -m webapp.launch.lifeline SIGNAL COMMAND...`, it becomes COMMAND, which Linux then
sends SIGNAL when the parent ends, however the parent ends. Elsewhere it only becomes COMMAND.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36
PARENT = "WATCHKEEPER_LAUNCHER"


def die_with_parent(how: signal.Signals) -> None:
    """Ask to be sent `how` when the parent ends; it holds through exec, not through fork."""
    _prctl(PR_SET_PDEATHSIG, how)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def call_this_process(name: str) -> None:
    """Show `name`, at most 15 characters, where processes are listed by name."""
    buffer = ctypes.create_string_buffer(name.encode())
    _prctl(PR_SET_NAME, ctypes.addressof(buffer))


def end_children() -> None:
    """Kill what is left below this process; children of the killed are adopted, then killed."""
    while children := _children():
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        for pid in children:
            os.waitpid(pid, 0)


def main(arguments: Sequence[str]) -> None:
    """Become the command, unless the launcher that asked for it is already gone."""
    how, *command = arguments
    die_with_parent(signal.Signals[how])
    launcher = os.environ.get(PARENT)
    if launcher and int(launcher) != os.getppid():
        raise SystemExit(1)
    os.execvp(command[0], command)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0)


def _children() -> list[int]:
    """Ids of our children, ended ones included; none where the kernel does not tell."""
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in path.read_text().split()] if path.exists() else []


if __name__ == "__main__":
    main(sys.argv[1:])
