"""Keeps the programs alive with supervisord, run inside this very process.

Two things are added to what the library does: the wait before a program that keeps failing is
tried again never grows past a few seconds, and nothing below us is left when we end.
"""

import os
import re
import shlex
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor import events
from supervisor.medusa.asyncore_25 import ExitNow
from supervisor.options import ServerOptions
from supervisor.supervisord import Supervisor

from webapp.launch.forked import become
from webapp.launch.lifeline import PARENT, adopt_orphans, end_children

LONGEST_BACKOFF_S = 5
LONGEST_POLL_S = 0.25


@dataclass(frozen=True)
class Program:
    """A process to keep alive: of lower `order` start first and stop last; `group` stop together.

    `lifeline` is the signal it gets when the supervisor is killed. One that does not `stay` runs
    once.
    """

    name: str
    command: Sequence[str | Path]
    group: str
    order: int
    stop_wait_s: int = 2
    lifeline: str = "SIGTERM"
    stays: bool = True


def programs(
    redis_server: Path | None, run_dir: Path, *, with_statsd: bool = False
) -> list[Program]:
    """What makes up the product; the embedded Redis only where there is a server for it."""
    python = sys.executable
    web = [python, "-m", "gunicorn", "--config", "python:webapp.launch.web_server"]
    kept = [
        Program("web", web, "app", 2),
        Program("worker", [python, "worker.py"], "app", 2),
        Program("welcome", [python, "-m", "webapp.launch.welcome"], "welcome", 3, stays=False),
    ]
    if with_statsd:
        kept.append(Program("statsd", [python, "-m", "webapp.statsd"], "app", 2))
    if redis_server:
        command = [redis_server, run_dir / "redis.conf"]
        # What a client was told is written is in the file: no need to let it end gently.
        kept.append(Program("redis", command, "redis", 1, stop_wait_s=1, lifeline="SIGKILL"))
    return kept


def configuration(kept: Sequence[Program], *, as_root: bool) -> str:
    """The supervisord.conf for these programs; needs DATA_DIR in the environment."""
    lines = [
        "[supervisord]",
        "nodaemon=true",
        "loglevel=warn",
        "logfile=/dev/null",
        "logfile_maxbytes=0",
        "pidfile=%(ENV_DATA_DIR)s/run/supervisord.pid",
        "nocleanup=true",
        "minfds=256",
        "minprocs=50",
        # Silences the advice not to run as root, which is the operator's to decide.
        *(["user=root"] if as_root else []),
    ]
    for program in kept:
        lines += _program_section(program)
    for group, order in sorted({(program.group, program.order) for program in kept}):
        members = ",".join(program.name for program in kept if program.group == group)
        lines += ["", f"[group:{group}]", f"programs={members}", f"priority={order}"]
    return "\n".join(lines) + "\n"


def supervise(configuration_file: Path, copies: Mapping[str, Callable[[], None]]) -> None:
    """Run the programs until SIGTERM, SIGINT or a closed terminal; leave no process behind.

    Those named in `copies` are not executed but forked from this process.
    """
    os.environ[PARENT] = str(os.getpid())
    adopt_orphans()
    options = _Options()
    options.copies = copies
    options.realize(["--nodaemon", "--configuration", str(configuration_file)])
    options.first, options.test = True, False
    supervisor = _Supervisor(options)
    supervisor.outlives_terminal = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    try:
        supervisor.main()
    except ExitNow:
        pass
    finally:
        end_children()


class _Options(ServerOptions):  # type: ignore[misc] # the library has no types
    copies: Mapping[str, Callable[[], None]] = {}

    def execve(self, filename: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """What the library calls in the process it has forked for a program."""
        name = env["SUPERVISOR_PROCESS_NAME"]
        if name in self.copies:
            become(name, self.copies[name], env)
        super().execve(filename, argv, env)


class _Supervisor(Supervisor):  # type: ignore[misc] # the library has no types
    outlives_terminal = False

    def runforever(self) -> None:
        """The library's loop, entered once its own set-up is complete."""
        events.subscribe(events.ProcessStateBackoffEvent, _limit_backoff)
        if self.outlives_terminal:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        else:
            _stop_on_hangup(self.options)
        _look_often(self.options.poller)
        super().runforever()


def _limit_backoff(event: Any) -> None:
    event.process.backoff = min(event.process.backoff, LONGEST_BACKOFF_S)


def _stop_on_hangup(options: Any) -> None:
    """A closed terminal ends the run, where the library would restart everything."""
    signal.signal(signal.SIGHUP, lambda *_: options.signal_receiver.receive(signal.SIGTERM, None))


def _look_often(poller: Any) -> None:
    """Notice signals and ended programs sooner than once a second, to stop in good time."""
    wait = poller.poll
    poller.poll = lambda timeout: wait(min(timeout, LONGEST_POLL_S))


def _program_section(program: Program) -> list[str]:
    lifeline = [sys.executable, "-m", "webapp.launch.lifeline", program.lifeline]
    return [
        "",
        f"[program:{program.name}]",
        f"command={_command_line([*lifeline, *program.command])}",
        f"autorestart={str(program.stays).lower()}",
        # One that ends within this time is retried with a growing wait, not at once.
        f"startsecs={10 if program.stays else 0}",
        "startretries=1000000000",
        f"stopwaitsecs={program.stop_wait_s}",
        "killasgroup=true",
        "redirect_stderr=true",
        "stdout_logfile=/dev/stdout",
        "stdout_logfile_maxbytes=0",
    ]


def _command_line(command: Sequence[str | Path]) -> str:
    """The command as supervisord.conf wants it, whatever characters its paths contain."""
    text = shlex.join(str(word) for word in command).replace("%", "%%")
    # A blank before one of these would begin a comment; '' between them is nothing to a shell.
    return re.sub(r"(\s)([;#])", r"\1''\2", text)
