"""What is looked at before anything is started, each failure one sentence."""

import fcntl
import os
import socket
from pathlib import Path
from typing import TextIO


class Refusal(Exception):
    """A reason not to start; the message is one sentence for the operator."""


def make_folder(data_dir: Path) -> Path:
    """Create `data_dir` and its `run` folder, prove that we can write there, return the latter."""
    run_dir = data_dir / "run"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        run_dir.mkdir(mode=0o700, exist_ok=True)
        probe = run_dir / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        why = error.strerror or str(error)
        raise Refusal(f"DATA_DIR {data_dir} must be a folder we can write ({why}).") from error
    return run_dir


def lock(run_dir: Path) -> TextIO:
    """Claim the folder for as long as the returned file stays open."""
    holder = (run_dir.parent / "run.lock").open("a+")
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        with holder:
            holder.seek(0)
            process = holder.read()
        raise Refusal(
            f"Watchkeeper already runs on DATA_DIR {run_dir.parent} (process {process}): "
            "stop it, or give this one another DATA_DIR and PORT."
        ) from error
    holder.truncate(0)
    holder.write(str(os.getpid()))
    holder.flush()
    return holder


def check_port(host: str, port: int) -> None:
    """Refuse an address that the web server could not listen on."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except socket.gaierror as error:
        raise Refusal(f"HOST {host} is not an address of this machine.") from error
    except PermissionError as error:
        raise Refusal(f"PORT {port} needs privileges we do not have: set one over 1023.") from error
    except OSError as error:
        raise Refusal(
            f"PORT {port} on HOST {host} cannot be listened on "
            f"({error.strerror}): set another, or stop what uses it."
        ) from error
