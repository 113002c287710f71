"""Reads whether this machine's own network works: does any reference target take a connection?"""

import socket
from collections.abc import Sequence
from contextlib import closing

from webapp.config import reference_address

PATIENCE_S = 3.0


def any_answers(targets: Sequence[str], patience_s: float = PATIENCE_S) -> bool:
    """Whether one of the targets (host:port or URLs) takes a TCP connection, asked in turn."""
    return any(_answers(target, patience_s) for target in targets)


def _answers(target: str, patience_s: float) -> bool:
    try:
        with closing(socket.create_connection(reference_address(target), patience_s)):
            return True
    except OSError:
        return False
