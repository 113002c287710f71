"""Reads whether this machine's own network works: does any reference target take a connection?"""

import socket
from collections.abc import Sequence
from contextlib import closing

PATIENCE_S = 3.0


def any_answers(targets: Sequence[tuple[str, int]], patience_s: float = PATIENCE_S) -> bool:
    """Whether one of the targets (host, port) takes a TCP connection, asked in turn."""
    return any(_answers(target, patience_s) for target in targets)


def _answers(target: tuple[str, int], patience_s: float) -> bool:
    try:
        with closing(socket.create_connection(target, patience_s)):
            return True
    except OSError:
        return False
