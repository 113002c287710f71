"""The pause after too many failures."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from tests.factories import PASSWORD, Browser, create_user, csrf_of, sign_in
from webapp.app import create_app
from webapp.config import ConfigError, Settings
from webapp.core.db import db

ADA = "ada@example.org"
SIGN_IN = "/accounts/sign-in"


@contextmanager
def running(settings: Settings) -> Iterator[Flask]:
    """Another application on the servers of the tests; its connections are closed after it."""
    app = create_app(settings)
    app.config["TESTING"] = True
    yield app
    with app.app_context():
        db.engine.dispose()
    app.extensions["redis"].close()


@pytest.fixture
def strict(app: Flask, settings: Settings) -> Iterator[Flask]:
    """The application with three tries, and somebody to try it on."""
    with running(replace(settings, sign_in_attempts="3 per 5 minutes")) as strict:
        add_ada(strict)
        yield strict


def add_ada(app: Flask) -> None:
    with app.app_context():
        create_user(ADA)
        db.session.commit()


def browser_of(app: Flask) -> Browser:
    browser = Browser(app)
    browser.csrf = csrf_of(browser.get(SIGN_IN))
    return browser


def attempts(app: Flask, forms: list[dict[str, str]]) -> list[int]:
    browser = browser_of(app)
    return [browser.post(SIGN_IN, form).status_code for form in forms]


def wrong(email: str = ADA) -> dict[str, str]:
    return {"email": email, "password": "the wrong pass phrase"}


def test_after_three_failures_even_the_right_password_waits(strict: Flask) -> None:
    right = {"email": ADA, "password": PASSWORD}
    assert attempts(strict, [wrong(), wrong(), wrong(), wrong(), right]) == [422] * 3 + [429] * 2


def test_the_page_says_how_long_to_wait(strict: Flask) -> None:
    attempts(strict, [wrong()] * 3)
    answer = browser_of(strict).post(SIGN_IN, wrong())
    assert answer.status_code == 429
    assert 290 <= int(answer.headers["Retry-After"]) <= 301
    assert "Come back in" in answer.text
    assert browser_of(strict).get(SIGN_IN).status_code == 200


def test_success_does_not_count(strict: Flask) -> None:
    right = {"email": ADA, "password": PASSWORD}
    browser = browser_of(strict)
    for _ in range(6):
        assert browser.post(SIGN_IN, right).status_code == 303
        browser.csrf = csrf_of(browser.get("/accounts/sessions"))


def test_an_address_that_tries_many_accounts_is_paused(strict: Flask) -> None:
    forms = [wrong(f"{n}@example.org") for n in range(4)]
    assert attempts(strict, forms) == [422, 422, 422, 429]


def test_an_account_tried_from_many_addresses_is_paused(strict: Flask) -> None:
    def attempt(address: str, email: str) -> int:
        browser = browser_of(strict)
        return browser.client.post(
            SIGN_IN,
            data=wrong(email),
            headers={"X-CSRFToken": browser.csrf},
            environ_base={"REMOTE_ADDR": address},
        ).status_code

    spellings = [ADA, "ADA@example.org", " ada@Example.org"]
    assert [attempt(f"192.0.2.{n}", e) for n, e in enumerate(spellings)] == [422] * 3
    assert attempt("192.0.2.9", ADA) == 429
    assert attempt("192.0.2.9", "other@example.org") == 422


def test_guessing_the_current_password_is_paused_too(strict: Flask) -> None:
    browser = sign_in(strict, "viewer")
    form = {"current_password": "a guess", "password": PASSWORD, "repeated": PASSWORD}
    answers = [browser.post("/accounts/password", form).status_code for _ in range(4)]
    assert answers == [422, 422, 422, 429]


def test_the_waiting_list_is_not_filled_from_one_address(strict: Flask) -> None:
    browser = browser_of(strict)
    answers = [
        browser.post("/accounts/register", {"email": f"{n}@example.org", "password": PASSWORD})
        for n in range(4)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_it_counts_in_redis_so_that_processes_share_the_count(
    strict: Flask, settings: Settings
) -> None:
    attempts(strict, [wrong()] * 3)
    with running(replace(settings, sign_in_attempts="3 per 5 minutes")) as second:
        assert attempts(second, [wrong()]) == [429]


def test_sign_in_works_and_still_counts_while_redis_is_away(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    nowhere = f"unix://{tmp_path / 'none'}"
    add_ada(app)
    with running(replace(settings, redis_url=nowhere, sign_in_attempts="3 per 5 minutes")) as alone:
        assert attempts(alone, [{"email": ADA, "password": PASSWORD}]) == [303]
        assert attempts(alone, [wrong()] * 4) == [422, 422, 422, 429]


@pytest.mark.parametrize("rate", ["ten", "10 per fortnight", "per minute"])
def test_a_rate_that_cannot_be_read_stops_the_start(settings: Settings, rate: str) -> None:
    with pytest.raises(ConfigError, match="SIGN_IN_ATTEMPTS"):
        create_app(replace(settings, sign_in_attempts=rate))
