"""`make run` on an empty folder: it serves, heals, refuses to run twice, and leaves nothing behind.

All stories but the last share one run, in the order in which an operator would live them.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest
from redis import Redis
from rq import Queue
from rq.job import JobStatus

from webapp.core.queue import QUEUES

ROOT = Path(__file__).parents[2]
START_S = 30
STOP_S = 5
HEAL_S = 20


class Run:
    """One `python -m webapp.launch`, in a session of its own like a terminal's."""

    def __init__(self, data_dir: Path, port: int, log: str = "run", **settings: str) -> None:
        self.data_dir, self.port = data_dir, port
        self.log = data_dir.parent / f"{log}.log"
        environ = {k: v for k, v in os.environ.items() if k not in ("REDIS_URL", "DATABASE_URL")}
        environ |= {"DATA_DIR": str(data_dir), "PORT": str(port), **settings}
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "webapp.launch"],
                cwd=ROOT,
                env=environ,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ends_within(self, seconds: float) -> int:
        """The exit status; all that it ever printed is in `self.log`."""
        return self.process.wait(seconds)

    def health(self) -> int:
        """Status of /healthz; 0 while nobody answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def is_well(self) -> bool:
        return self.health() == 200

    def child(self, *words: str) -> psutil.Process | None:
        """The process right below the launcher whose name and command line have all of `words`."""
        for process in psutil.Process(self.process.pid).children():
            line = f"{name_of(process)} {command_line(process)}"
            if all(word in line for word in words) and "lifeline" not in line:
                return process
        return None

    def everything(self) -> list[psutil.Process]:
        """Every process that belongs to this run, whatever its parent or session."""
        return [process for process in psutil.process_iter() if self._owns(process)]

    def _owns(self, process: psutil.Process) -> bool:
        try:
            # Redis writes over its environment to name itself after its socket.
            return process.status() != psutil.STATUS_ZOMBIE and (
                process.environ().get("DATA_DIR") == str(self.data_dir)
                or f"{self.data_dir}/" in command_line(process)
            )
        except psutil.Error:
            return False


def name_of(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""


def command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def wait_until(true: Callable[[], object], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def run(short_folder: Path) -> Iterator[Run]:
    """A run that is well; ended by the story of its stop, or here if that never came."""
    run = Run(short_folder / "run on an 100% empty folder", free_port())
    try:
        wait_until(run.is_well, START_S, "healthz")
        yield run
    finally:
        for process in [run.process, *run.everything()]:
            process.kill()
        run.process.wait(10)


def refusal(run: Run) -> str:
    """The one line with which a start refused."""
    assert run.ends_within(10) == 1
    (line,) = [line for line in run.log.read_text().splitlines() if not line.endswith("...")]
    return line


def test_it_says_where_it_is_and_how_to_sign_in_first(run: Run) -> None:
    base = f"http://127.0.0.1:{run.port}"

    wait_until(lambda: "first administrator" in run.log.read_text(), START_S, "the first link")
    assert f"Watchkeeper is at {base} " in run.log.read_text()
    assert f"once: {base}/accounts/" in run.log.read_text()
    assert "Traceback" not in run.log.read_text()


def test_its_redis_listens_on_no_port(run: Run) -> None:
    redis = run.child("redis-server")

    assert redis
    assert list(redis.net_connections("inet")) == []


def test_a_second_run_on_the_same_folder_is_refused(run: Run) -> None:
    second = Run(run.data_dir, free_port(), log="second")

    assert f"already runs on DATA_DIR {run.data_dir} (process {run.process.pid})" in refusal(second)
    assert run.is_well()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"DATA_DIR": "/dev/null/data"}, "DATA_DIR /dev/null/data must be a folder we can write"),
        ({"PORT": "eighty"}, "PORT must be a whole number, not 'eighty'."),
        ({"SECRET_KEY": "secret"}, "SECRET_KEY is too weak"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/none"}, "The database could not be prepared"),
        ({"HOST": "192.0.2.1"}, "HOST 192.0.2.1"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_start_that_cannot_work_is_one_sentence(
    settings: dict[str, str], told: str, short_folder: Path
) -> None:
    refused = Run(short_folder / "refused", free_port(), log="refused", **settings)

    assert told in refusal(refused)
    assert refused.everything() == []


def test_a_taken_port_is_one_sentence(run: Run, short_folder: Path) -> None:
    refused = Run(short_folder / "refused", run.port, log="refused")

    assert f"PORT {run.port} on HOST 127.0.0.1 cannot be listened on" in refusal(refused)


@pytest.mark.parametrize(
    "words", [("wk-web",), ("wk-worker",), ("redis-server",)], ids=["web", "worker", "redis"]
)
def test_a_killed_process_comes_back(run: Run, words: tuple[str, ...]) -> None:
    wait_until(lambda: run.child(*words), HEAL_S, "there is one to kill")
    killed = run.child(*words)
    assert killed
    redis = Redis(unix_socket_path=str(run.data_dir / "run" / "redis.sock"))
    wait_until(lambda: answers(redis), HEAL_S, "Redis")
    redis.set("kept", "yes")
    below = killed.children(recursive=True)

    killed.kill()

    wait_until(lambda: run.child(*words) not in (None, killed), HEAL_S, "another one")
    wait_until(run.is_well, HEAL_S, "healthz")
    wait_until(lambda: not any(alive(p) for p in below), HEAL_S, "what was below it has ended")
    assert redis.get("kept") == b"yes"
    redis.close()


def answers(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except (OSError, ConnectionError):
        return False


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_sigterm_ends_everything_within_five_seconds_with_a_job_at_work(run: Run) -> None:
    wait_until(lambda: run.child("wk-worker"), HEAL_S, "a worker pool")
    with Redis(unix_socket_path=str(run.data_dir / "run" / "redis.sock")) as redis:
        job = Queue(QUEUES[-1], connection=redis).enqueue(time.sleep, 60)
        wait_until(lambda: job.get_status() == JobStatus.STARTED, HEAL_S, "the job at work")

    run.process.terminate()

    assert run.ends_within(STOP_S) == 0
    assert run.everything() == []


def test_a_restart_keeps_the_data_and_ctrl_c_ends_it(run: Run) -> None:
    again = Run(run.data_dir, run.port)
    wait_until(again.is_well, START_S, "healthz")
    with Redis(unix_socket_path=str(run.data_dir / "run" / "redis.sock")) as redis:
        assert redis.get("kept") == b"yes"

    os.killpg(again.process.pid, signal.SIGINT)

    assert again.ends_within(STOP_S) == 0
    assert again.everything() == []


def test_nothing_is_left_when_the_launcher_itself_is_killed(run: Run) -> None:
    again = Run(run.data_dir, run.port)
    wait_until(again.is_well, START_S, "healthz")

    again.process.kill()
    again.process.wait(10)

    wait_until(lambda: again.everything() == [], STOP_S, "the others ended")
