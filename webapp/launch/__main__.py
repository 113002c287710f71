"""`python -m webapp.launch`: look, prepare, then become the supervisor of all processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from webapp.config import ConfigError, Settings, load
from webapp.core.keys import with_keys
from webapp.launch import embedded_redis, preflight, supervision
from webapp.launch.lifeline import die_with_parent

IS_NEWEST = ["-m", "webapp.launch.schema"]
MIGRATE = ["-m", "flask", "--app", "wsgi", "db", "upgrade"]


def main() -> None:
    """Start everything and stay until told to stop; one sentence and status 1 when that fails."""
    try:
        start(load())
    except (ConfigError, preflight.Refusal) as error:
        raise SystemExit(f"Watchkeeper cannot start. {error}") from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def start(settings: Settings) -> None:
    """Check, migrate and supervise until told to stop."""
    run_dir = preflight.make_folder(settings.data_dir)
    with preflight.lock(run_dir):
        preflight.check_port(settings.host, settings.port)
        with_keys(settings)
        os.environ["DATA_DIR"] = str(settings.data_dir)
        redis_server = None if settings.redis_url else prepare_redis(settings.data_dir)
        migrate(run_dir / "migrate.log")
        kept = supervision.programs(redis_server, run_dir, with_statsd=settings.statsd_port > 0)
        file = run_dir / "supervisord.conf"
        file.write_text(supervision.configuration(kept, as_root=os.geteuid() == 0))
        print("Starting the web server, the workers and the scheduler ...", flush=True)
        supervision.supervise(file, load_copies())


def load_copies() -> dict[str, Callable[[], None]]:
    """What can be forked from this process, which loads it now; nothing where that is not safe."""
    if sys.platform != "linux":
        return {}
    # Not before: a refusal need not wait for it.
    from webapp.launch import copies

    return copies.load()


def prepare_redis(data_dir: Path) -> Path:
    """Write the embedded Redis's configuration and folder; the server to run with it."""
    server = embedded_redis.find_server()
    (data_dir / "redis").mkdir(mode=0o700, exist_ok=True)
    (data_dir / "run" / "redis.conf").write_text(embedded_redis.configuration(data_dir))
    return server


def migrate(log: Path) -> None:
    """Bring the database to the newest schema where it is not; what was printed stays in `log`."""
    with log.open("w+") as output:
        if succeeds(IS_NEWEST, output):
            return
        print("Preparing the database ...", flush=True)
        if succeeds(MIGRATE, output):
            return
        output.seek(0)
        raise preflight.Refusal(
            f"The database could not be prepared: {reason(output.read())} ({log} has the details.)"
        )


def succeeds(arguments: Sequence[str], output: TextIO) -> bool:
    """Run a Python of its own, which gives back the memory that the supervisor would keep."""
    done = subprocess.run(
        [sys.executable, *arguments],
        stdout=output,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: die_with_parent(signal.SIGTERM),
    )
    return done.returncode == 0


def reason(output: str) -> str:
    """The line of a traceback or error message that says what was wrong."""
    lines = [line.strip() for line in output.splitlines() if line[:1].strip()]
    told = [line for line in lines if not line.startswith(("(Background", "Traceback"))]
    return told[-1] if told else "no reason was given."


if __name__ == "__main__":
    main()
