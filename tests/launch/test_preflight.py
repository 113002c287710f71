"""What refuses a start, and in which words."""

import re
import socket
from pathlib import Path

import pytest

from webapp.launch.preflight import Refusal, check_port, lock, make_folder


def test_it_makes_the_folder_for_us_alone(tmp_path: Path) -> None:
    run_dir = make_folder(tmp_path / "a" / "b")

    assert run_dir == tmp_path / "a" / "b" / "run"
    assert run_dir.parent.stat().st_mode & 0o777 == 0o700


def test_it_takes_a_folder_that_is_there_already(tmp_path: Path) -> None:
    make_folder(tmp_path)

    assert list(make_folder(tmp_path).iterdir()) == []


@pytest.mark.parametrize("below", ["", "below"])
def test_it_refuses_a_folder_that_cannot_be_one(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Refusal, match=r"^DATA_DIR .* must be a folder we can write \(.*\)\.$"):
        make_folder(tmp_path / "file" / below)


def test_it_lets_one_run_have_a_folder(tmp_path: Path) -> None:
    run_dir = make_folder(tmp_path)
    with (
        lock(run_dir),
        pytest.raises(Refusal, match=r"^Watchkeeper already runs .*\(process \d+\)"),
    ):
        lock(run_dir)

    lock(run_dir).close()


def test_it_accepts_a_free_port() -> None:
    check_port("127.0.0.1", 0)


def test_it_refuses_a_taken_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(Refusal, match=f"^PORT {port} on HOST 127.0.0.1 cannot be listened on"):
            check_port("127.0.0.1", port)


def test_it_accepts_a_port_whose_last_connections_are_still_closing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(address):
            server.accept()[0].close()

    check_port(*address)


@pytest.mark.parametrize("host", ["256.0.0.1", "192.0.2.1"])
def test_it_refuses_a_host_that_is_not_ours(host: str) -> None:
    with pytest.raises(Refusal, match=re.escape(f"HOST {host}")):
        check_port(host, 8000)
