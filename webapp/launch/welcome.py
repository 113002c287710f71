"""Tells the operator where the product is once it answers: `python -m webapp.launch.welcome`."""

import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException

from webapp.config import Settings, load

PATIENCE_S = 30.0
PAUSE_S = 0.2
FIRST_LINK = ["-m", "flask", "--app", "wsgi", "accounts", "first-link"]


def main() -> None:
    """Wait until the product is well, then print its address and how to sign in first."""
    settings = load()
    answer = await_health(lambda: ask_health(settings), patience_s=PATIENCE_S)
    print(f"Watchkeeper is at {address(settings)} and stops with Ctrl-C.", flush=True)
    if answer:
        print(f"It is not well yet: {answer}", flush=True)
    link = subprocess.run([sys.executable, *FIRST_LINK], stdout=subprocess.PIPE, text=True)
    if link.stdout.strip():
        print(f"Create the first administrator here, once: {link.stdout.strip()}")


def address(settings: Settings) -> str:
    """The URL to open on this machine."""
    if settings.host in ("0.0.0.0", "::") and not settings.public_url:  # noqa: S104
        return f"http://127.0.0.1:{settings.port} (on all addresses of this machine)"
    return settings.base_url


def ask_health(settings: Settings) -> str:
    """Empty when /healthz says 200, else what it says; `OSError` while nobody answers."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    connection = HTTPConnection(host, settings.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        told = response.read().decode(errors="replace").strip()
        return "" if response.status == 200 else told
    finally:
        connection.close()


def await_health(
    ask: Callable[[], str],
    *,
    patience_s: float,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> str:
    """Ask until the answer is empty or patience ends; the last answer, empty when all is well."""
    give_up_at = clock() + patience_s
    while True:
        try:
            answer = ask()
        except (OSError, HTTPException) as error:
            answer = f"the web server does not answer ({error})."
        if not answer or clock() >= give_up_at:
            return answer
        pause(PAUSE_S)


if __name__ == "__main__":
    main()
