"""One maker per noun, and browsers that are signed in."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from webapp.accounts import actions as accounts
from webapp.accounts.models import RoleName, TokenScope, User
from webapp.core.db import db
from webapp.websites.models import Website

PASSWORD = "a long enough pass phrase"


class Browser:
    """A test client that carries a session and its CSRF value; `htmx=True` asks for the block."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.csrf = ""

    def get(self, path: str, *, htmx: bool = False, **options: Any) -> TestResponse:
        """GET a page, or the block with htmx's header."""
        return self.client.get(path, headers={"HX-Request": "true"} if htmx else {}, **options)

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, htmx: bool = False
    ) -> TestResponse:
        """POST a form with its CSRF value."""
        headers = {"X-CSRFToken": self.csrf} | ({"HX-Request": "true"} if htmx else {})
        return self.client.post(path, data=data or {}, headers=headers)


def create_user(email: str, role: str = "viewer", password: str = PASSWORD) -> User:
    """An approved person; needs an app context, flushes."""
    return accounts.create_user(email, password, RoleName(role))


def sign_in(app: Flask, role: str) -> Browser:
    """A browser signed in as a new person of `role`, through the real form."""
    email = f"{role}@example.org"
    with app.app_context():
        create_user(email, role)
        db.session.commit()
    browser = Browser(app)
    browser.csrf = csrf_of(browser.client.get("/accounts/sign-in"))
    answer = browser.post("/accounts/sign-in", {"email": email, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    browser.csrf = csrf_of(browser.client.get("/accounts/sessions"))
    return browser


def csrf_of(page: TestResponse) -> str:
    """The CSRF value that a page carries in its head."""
    assert page.status_code == 200, page.status
    return page.text.split('name="csrf-token" content="')[1].split('"')[0]


def create_token(app: Flask, scope: str) -> str:
    """An API token of `scope`."""
    with app.app_context():
        token = accounts.create_token(f"test {scope}", TokenScope(scope))
        db.session.commit()
        return token


def create_website(url: str = "http://127.0.0.1:9/", **fields: Any) -> Website:
    """A website; needs an app context, flushes."""
    website = Website(url=url, **{"name": url, **fields})
    db.session.add(website)
    db.session.flush()
    return website
