"""A real Chromium in front of the application on loopback."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from werkzeug.serving import make_server

from tests.conftest import app_on_new_tables, unavailable
from tests.factories import PASSWORD, create_user
from webapp import config
from webapp.core.db import db

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers, for the whole run."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="wkrun-"))
    with sync_playwright() as started:
        yield started


@pytest.fixture
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium of its own for each test: closing only a profile amid a navigation may hang."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        unavailable("Chromium")
    browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def _app(redis_url: str, short_folder: Path) -> Iterator[Flask]:
    """Which database it is does not show on a page; a refresh every second spares waiting."""
    environ = {
        "DATA_DIR": str(short_folder / "browser"),
        "REDIS_URL": redis_url,
        "REFRESH_S": "1",
        "LOG_LEVEL": "WARNING",
    }
    yield from app_on_new_tables(config.load(environ))


class LiveServer:
    """The application on a port of loopback; `stop` and `start` play an outage."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.port = 0
        self.start()

    def start(self) -> None:
        """Serve in a thread."""
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self) -> None:
        """Stop serving and close the port."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def server(app: Flask) -> Iterator[LiveServer]:
    """The application, served."""
    live = LiveServer(app)
    yield live
    if live.thread.is_alive():
        live.stop()


class Visitor:
    """One browser profile: its page, what the console said, and how to sign in."""

    def __init__(self, context: BrowserContext, server: LiveServer) -> None:
        self.server = server
        self.context = context
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def go(self, path: str) -> Page:
        """Open a path of the application."""
        self.page.goto(self.server.url + path)
        return self.page

    def sign_in(self, role: str) -> None:
        """Create a person of that role and sign in through the form."""
        email = f"{role}@example.org"
        with self.server.app.app_context():
            create_user(email, role)
            db.session.commit()
        self.go("/accounts/sign-in")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(self.server.url + "/")


@pytest.fixture
def visit(chromium: Browser, server: LiveServer) -> Any:
    """Makes visitors: `visit(role, width=..., dark=...)`."""

    def make(
        role: str | None = None, *, width: int = 1440, dark: bool = False, script: bool = True
    ) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        visitor = Visitor(context, server)
        if role:
            visitor.sign_in(role)
        return visitor

    return make
