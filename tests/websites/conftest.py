"""Sites to check, on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.websites.sites import Authority, Server, serve


@pytest.fixture
def site() -> Iterator[Server]:
    """A website over http."""
    with serve() as server:
        yield server


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who signs the certificates of the tests."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def closed_port(site: Server) -> int:
    """A port of loopback on which nobody listens."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def certificates(authority: Authority) -> Path:
    """The authority's own certificate, to be trusted."""
    return authority.file
