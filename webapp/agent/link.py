"""The connection to the server: kept open, with time limits, one request at a time."""

import http.client
import select
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from webapp.agent import VERSION

PATH = "/api/monitoring/metrics/"
SILENCE_S = 10.0  # between two bytes
LONGEST_S = 30.0  # a whole request
LONGEST_ANSWER = 256 * 1024
PORTS = {"http": 80, "https": 443}
TroubleOnTheWay = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Answer:
    """What the server said, and how far its clock is ahead of ours, in seconds, where it tells."""

    status: int
    body: bytes
    ahead_s: float | None


class Link:
    """Sends bodies to one server; `cut_if_late` may be called by another thread."""

    def __init__(self, url: str, ca_file: Path | None = None) -> None:
        parts = urlsplit(url)
        self._path = parts.path.rstrip("/") + PATH
        self._connection = _connection(parts, ca_file)
        self._began_s: float | None = None

    def post(self, body: bytes, headers: dict[str, str]) -> Answer:
        """Send `body`; raise one of `TroubleOnTheWay` when no whole answer comes."""
        self._began_s = time.monotonic()
        try:
            self._forget_closed()
            self._connection.request("POST", self._path, body, headers | HEADERS)
            response = self._connection.getresponse()
            text = response.read(LONGEST_ANSWER)
            if response.length and len(text) < LONGEST_ANSWER:
                raise http.client.IncompleteRead(text, response.length)
            if not response.isclosed():
                self.close()
            return Answer(response.status, text, _ahead_s(response.headers.get("Date")))
        except BaseException:
            self.close()
            raise
        finally:
            self._began_s = None

    def _forget_closed(self) -> None:
        """Drop a connection that the server closed meanwhile: there something can be read."""
        open_socket = self._connection.sock
        if open_socket is not None and select.select([open_socket], [], [], 0)[0]:
            self.close()

    def cut_if_late(self) -> None:
        """End a request that has lasted too long, however the server keeps it alive."""
        began_s, open_socket = self._began_s, self._connection.sock
        if began_s is not None and time.monotonic() - began_s > LONGEST_S and open_socket:
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


HEADERS = {"Content-Type": "application/json", "User-Agent": f"watchkeeper-agent/{VERSION}"}


def _connection(parts: SplitResult, ca_file: Path | None) -> http.client.HTTPConnection:
    # Without a port http.client would look for one in an IPv6 address.
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    if parts.scheme != "https":
        return http.client.HTTPConnection(host, port, timeout=SILENCE_S)
    trusted = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    return http.client.HTTPSConnection(host, port, timeout=SILENCE_S, context=trusted)


def _ahead_s(date: str | None) -> float | None:
    if date is None:
        return None
    with suppress(ValueError):
        return parsedate_to_datetime(date).timestamp() - time.time()
    return None
