"""`flask accounts` and `flask tokens`."""

import re
from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.factories import PASSWORD, create_user
from webapp.accounts import actions, commands, queries
from webapp.accounts.models import ApiToken, SignIn, User
from webapp.core import clock
from webapp.core.db import db

ADA = "ada@example.org"
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command with words as its arguments and `typed` as its standard input."""
    runner = app.test_cli_runner()

    def invoke(*words: str, typed: str = "") -> Result:
        return runner.invoke(args=list(words), input=typed)

    return invoke


@pytest.fixture
def ada(app: Flask) -> str:
    with app.app_context():
        user = create_user(ADA, "administrator")
        actions.start_session(user, user_agent="", address="", now=clock.now())
        db.session.commit()
    return ADA


def signs_in(app: Flask, email: str, password: str) -> bool:
    with app.app_context():
        now = clock.now()
        return bool(actions.sign_in(email, password, user_agent="", address="", now=now))


class TestAccounts:
    def test_it_creates_somebody_who_may_sign_in(self, app: Flask, run: Run) -> None:
        words = ("accounts", "create", "Ada@Example.org", "--role", "administrator")
        result = run(*words, typed=f"{PASSWORD}\n")
        assert (result.exit_code, result.output) == (0, f"{ADA} may sign in as administrator.\n")
        assert signs_in(app, ADA, PASSWORD)

    @pytest.mark.parametrize(
        ("email", "typed", "said"),
        [
            (ADA, "short\n", "12 to 256 characters"),
            (ADA, "", "12 to 256 characters"),
            ("ada", f"{PASSWORD}\n", "Enter an e-mail address"),
        ],
    )
    def test_it_says_in_one_sentence_what_it_does_not_accept(
        self, app: Flask, run: Run, email: str, typed: str, said: str
    ) -> None:
        result = run("accounts", "create", email, typed=typed)
        assert result.exit_code == 1
        assert said in result.output
        assert len(result.output.splitlines()) == 1
        assert result.output.count("Error: ") == 1
        with app.app_context():
            assert db.session.scalars(select(User)).all() == []

    def test_it_does_not_create_anybody_twice(self, run: Run, ada: str) -> None:
        result = run("accounts", "create", ADA, typed=f"{PASSWORD}\n")
        assert result.exit_code == 1
        assert result.output == f"Error: {ADA} has an account already.\n"

    def test_at_a_terminal_it_asks_twice_and_hides_what_is_typed(
        self, app: Flask, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []

        def prompt(text: str, **options: bool) -> str:
            asked.append((text, options))
            return f" {PASSWORD} "

        monkeypatch.setattr(commands, "_is_terminal", lambda: True)
        monkeypatch.setattr("click.prompt", prompt)
        assert run("accounts", "create", ADA).exit_code == 0
        assert asked == [("Password", {"hide_input": True, "confirmation_prompt": True})]
        assert signs_in(app, ADA, PASSWORD)

    def test_it_lists_everybody(self, run: Run, ada: str) -> None:
        result = run("accounts", "list")
        assert re.fullmatch(
            rf"{ADA}\tadministrator\tapproved\t\d{{4}}-\d\d-\d\d \d\d:\d\d UTC\n", result.output
        )

    def test_it_lists_nobody_as_nothing(self, run: Run) -> None:
        assert run("accounts", "list").output == ""

    def test_a_new_password_ends_the_sessions(self, app: Flask, run: Run, ada: str) -> None:
        result = run("accounts", "set-password", "ADA@example.org", typed="another pass phrase\n")
        assert result.exit_code == 0
        with app.app_context():
            assert db.session.scalars(select(SignIn)).all() == []
        assert signs_in(app, ADA, "another pass phrase")

    def test_it_ends_sessions(self, app: Flask, run: Run, ada: str) -> None:
        assert run("accounts", "end-sessions", ADA).output == f"Sessions of {ADA} ended: 1.\n"
        assert run("accounts", "end-sessions", ADA).output == f"Sessions of {ADA} ended: 0.\n"

    @pytest.mark.parametrize("command", ["set-password", "end-sessions"])
    @pytest.mark.parametrize("email", ["eve@example.org", "eve"])
    def test_it_says_that_it_does_not_know_somebody(
        self, run: Run, command: str, email: str
    ) -> None:
        result = run("accounts", command, email, typed=f"{PASSWORD}\n")
        assert result.exit_code == 1
        assert result.output.startswith("Error: ")

    def test_a_database_without_tables_is_one_sentence(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> None:
            raise OperationalError("SELECT", {}, Exception("no such table: users"))

        monkeypatch.setattr(queries, "all_people", fail)
        result = run("accounts", "list")
        assert result.exit_code == 1
        assert "flask --app wsgi db upgrade" in result.output
        assert len(result.output.splitlines()) == 1


class TestFirstLink:
    def test_it_prints_the_link_alone(self, app: Flask, run: Run) -> None:
        result = run("accounts", "first-link")
        base_url = app.extensions["settings"].base_url
        assert re.fullmatch(rf"{base_url}/accounts/first/first_[\w-]{{43}}\n", result.output)
        path = result.output.strip().removeprefix(base_url)
        assert app.test_client().get(path).status_code == 200

    def test_it_prints_nothing_once_there_is_an_administrator(self, run: Run, ada: str) -> None:
        result = run("accounts", "first-link")
        assert (result.exit_code, result.output) == (0, "")


class TestTokens:
    def test_it_prints_the_token_alone(self, app: Flask, run: Run) -> None:
        result = run("tokens", "create", "backup job", "--scope", "write")
        assert re.fullmatch(r"wk_[\w-]{43}\n", result.output)
        with app.app_context():
            assert queries.working_token(result.output.strip()) is not None

    def test_it_lists_and_revokes(self, app: Flask, run: Run) -> None:
        token = run("tokens", "create", "backup job", "--scope", "read").output.strip()
        with app.app_context():
            token_id = db.session.scalars(select(ApiToken.id)).one()
        listed = f"{token_id}\tbackup job\tread\t{token[:8]}…\tnever\t"
        assert run("tokens", "list").output == f"{listed}works\n"
        result = run("tokens", "revoke", str(token_id))
        assert result.output == "The token backup job is revoked.\n"
        assert run("tokens", "list").output == f"{listed}revoked\n"

    def test_it_says_that_there_is_no_such_token(self, run: Run) -> None:
        result = run("tokens", "revoke", "77")
        assert (result.exit_code, result.output) == (
            1,
            "Error: There is no token with the id 77.\n",
        )

    def test_a_name_is_needed(self, run: Run) -> None:
        result = run("tokens", "create", " ", "--scope", "read")
        assert result.exit_code == 1
        assert "at least 1 character" in result.output
