"""What the agent is told: on the command line, or in the environment as WATCHKEEPER_URL and so on.

The token is never on the command line, where every user of the machine could read it.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from webapp.agent import VERSION

PREFIX = "WATCHKEEPER_"
LONGEST_HOST = 255
MEGABYTE = 1024 * 1024


class BadOption(Exception):
    """An option that cannot be used; the message is one sentence for the operator."""


@dataclass(frozen=True)
class Options:
    """Where to send, as whom, how often, and what to keep; `interval_s` is the measuring's."""

    url: str
    token_file: Path | None
    token: str
    host: str
    interval_s: int
    spool: Path
    spool_mb: int
    ca_file: Path | None
    verbose: bool

    def read_token(self) -> str:
        """The token now; its file is read each time, so that a new one needs no restart."""
        if self.token_file is None:
            return self.token
        try:
            token = self.token_file.read_text().strip()
        except OSError as error:
            raise BadOption(f"The token file cannot be read: {error}.") from error
        if not token:
            raise BadOption(f"The token file {self.token_file} is empty.")
        return token


def read_options(arguments: Sequence[str], environ: Mapping[str, str], host: str) -> Options:
    """The options; `host` is what this machine calls itself. Raise `BadOption` on a bad one."""
    given = _parser(environ, host).parse_args(arguments)
    token = environ.get(f"{PREFIX}TOKEN", "").strip()
    options = Options(
        url=given.url.rstrip("/"),
        token_file=Path(given.token_file) if given.token_file else None,
        token=token,
        host=given.host.strip(),
        interval_s=_whole("--interval", given.interval, 1, 3600),
        spool=Path(given.spool).expanduser(),
        spool_mb=_whole("--spool-mb", given.spool_mb, 1, 100_000),
        ca_file=Path(given.ca_file) if given.ca_file else None,
        verbose=given.verbose,
    )
    _check(options)
    return options


def _parser(environ: Mapping[str, str], host: str) -> argparse.ArgumentParser:
    def default(name: str, usual: str = "") -> str:
        return environ.get(PREFIX + name) or usual

    parser = argparse.ArgumentParser(
        prog="python -m webapp.agent",
        allow_abbrev=False,
        description="Measure this machine and send the readings to a Watchkeeper.",
        epilog=f"Each option may be set as {PREFIX}URL, {PREFIX}INTERVAL and so on instead. "
        f"The token comes from --token-file or {PREFIX}TOKEN.",
    )
    add = parser.add_argument
    add("--url", default=default("URL"), help="where Watchkeeper is, as people open it")
    add("--token-file", default=default("TOKEN_FILE"), help="file with a token of scope write")
    add("--host", default=default("HOST", host), help="name of this machine (%(default)s)")
    add("--interval", default=default("INTERVAL", "1"), help="seconds between readings (1)")
    add("--spool", default=default("SPOOL", _spool(environ)), help="folder for what waits")
    add("--spool-mb", default=default("SPOOL_MB", "50"), help="MiB the folder may hold (50)")
    add("--ca-file", default=default("CA_FILE"), help="certificates to trust, PEM")
    add("--verbose", action="store_true", help="a line for each moment kept and batch sent")
    add("--version", action="version", version=VERSION)
    return parser


def _spool(environ: Mapping[str, str]) -> str:
    """The folder systemd gives the unit, root's or one's own."""
    if folder := environ.get("STATE_DIRECTORY"):
        return folder.split(":")[0]
    if os.geteuid() == 0:
        return "/var/lib/watchkeeper-agent"
    return environ.get("XDG_STATE_HOME", "~/.local/state") + "/watchkeeper-agent"


def _whole(name: str, text: str, low: int, high: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise BadOption(f"{name} must be a whole number from {low} to {high}, not {text!r}.")
    return value


def _check(options: Options) -> None:
    if not _is_url(options.url):
        raise BadOption(f"--url must be like https://watchkeeper.example, not {options.url!r}.")
    if options.token_file is None and not options.token:
        raise BadOption(f"Give the token: --token-file FILE, or {PREFIX}TOKEN in the environment.")
    if not _is_host(options.host):
        raise BadOption(f"--host must have 1 to {LONGEST_HOST} printable characters, no slash.")
    if options.ca_file is not None and not options.ca_file.is_file():
        raise BadOption(f"--ca-file must be a file: {options.ca_file} is none.")
    options.read_token()


def _is_host(name: str) -> bool:
    has_room = len(name) <= LONGEST_HOST and bool(name.strip("."))
    return has_room and name.isprintable() and "/" not in name


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain
