"""The gate: every route against everybody, read from the app's own map of routes."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import wraps
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.factories import Browser, create_token, csrf_of, sign_in
from tests.statements import count_statements
from webapp.accounts import actions
from webapp.accounts.gate import is_local
from webapp.accounts.models import ApiToken, SignIn, TokenScope
from webapp.core import access, clock
from webapp.core.access import Role
from webapp.core.db import db
from webapp.core.jsonapi import SAFE_METHODS

PEOPLE = {"viewer": 1, "operator": 2, "administrator": 3}
TOKENS = {"read token": 1, "write token": 2}
VISITORS = ("anonymous", *PEOPLE, *TOKENS)
DUMMIES = {"IntegerConverter": "999999", "UUIDConverter": "00000000-0000-0000-0000-000000000000"}
ADMITTED = 299


def requests_of(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Every method and path of the app, its parameters filled with dummies."""
    for rule in app.url_map.iter_rules():
        values = {n: DUMMIES.get(type(c).__name__, "x") for n, c in rule._converters.items()}
        built = rule.build(values)
        assert built is not None
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            yield method, built[1], rule


def takes_tokens(path: str) -> bool:
    return path.startswith("/api/") or path == "/metrics"


def is_allowed(app: Flask, visitor: str, method: str, path: str, endpoint: str) -> bool:
    """What the rules say, in the words of the design and not of the gate."""
    needed = access.required_role(app, endpoint)
    if needed is None:
        return True
    if visitor in TOKENS:
        return takes_tokens(path) and TOKENS[visitor] >= needed
    if takes_tokens(path) and method not in SAFE_METHODS:
        return False
    return PEOPLE.get(visitor, 0) >= needed


def admit(view: Callable[..., Any]) -> Callable[..., Response]:
    """A stand-in that has the view's declaration and does nothing."""

    @wraps(view)
    def admitted(**_arguments: Any) -> Response:
        return Response(status=ADMITTED)

    return admitted


@pytest.fixture
def ask(
    app: Flask, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], TestResponse]:
    """Send a request as the visitor named by the test's parameter, to views that do nothing."""
    visitor: str = request.param
    headers: dict[str, str] = {}
    browser = sign_in(app, visitor) if visitor in PEOPLE else Browser(app)
    if visitor not in PEOPLE:
        browser.csrf = csrf_of(browser.get("/accounts/sign-in"))
    if visitor in TOKENS:
        headers = {"Authorization": f"Bearer {create_token(app, visitor.split()[0])}"}
    for endpoint, view in app.view_functions.items():
        monkeypatch.setitem(app.view_functions, endpoint, admit(view))

    def send(method: str, path: str) -> TestResponse:
        given = headers | {"X-CSRFToken": browser.csrf}
        return browser.client.open(path, method=method, headers=given)

    return send


@pytest.mark.parametrize(("ask", "visitor"), [(v, v) for v in VISITORS], indirect=["ask"])
def test_every_route_admits_whom_it_declares_and_nobody_else(
    app: Flask, ask: Callable[[str, str], TestResponse], visitor: str
) -> None:
    wrong = []
    for method, path, rule in requests_of(app):
        answer = ask(method, path)
        expected = is_allowed(app, visitor, method, path, rule.endpoint)
        if (answer.status_code == ADMITTED) is not expected:
            wrong.append(f"{method} {rule.rule}: {answer.status}")
        if not expected:
            assert answer.status_code in (303, 401, 403), f"{method} {rule.rule}: {answer.status}"
    assert wrong == []


def test_every_route_declares_who_may_call_it(app: Flask) -> None:
    undeclared = {
        rule.rule for rule in app.url_map.iter_rules() if not access.is_declared(app, rule.endpoint)
    }
    assert undeclared == set()


@pytest.mark.parametrize("ask", ["administrator"], indirect=True)
def test_a_route_without_a_declaration_is_for_nobody(
    app: Flask, ask: Callable[[str, str], TestResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.view_functions, "accounts.sessions", lambda: Response(status=ADMITTED))
    assert not access.is_declared(app, "accounts.sessions")
    assert ask("GET", "/accounts/sessions").status_code == 403


class TestPages:
    def test_a_stranger_is_asked_to_sign_in_and_brought_back(self, client: FlaskClient) -> None:
        answer = client.get("/accounts/people?status=waiting")
        assert answer.status_code == 303
        assert answer.location == "/accounts/sign-in?next=/accounts/people?status%3Dwaiting"

    def test_htmx_is_sent_to_sign_in_from_the_page_it_is_on(self, client: FlaskClient) -> None:
        headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/websites/?page=2"}
        answer = client.get("/accounts/sessions?seen=3", headers=headers)
        assert answer.status_code == 204
        assert answer.headers["HX-Redirect"] == "/accounts/sign-in?next=/websites/?page%3D2"

    def test_a_form_sent_without_session_does_not_come_back_to_its_target(self, app: Flask) -> None:
        browser = Browser(app)
        browser.csrf = csrf_of(browser.get("/accounts/sign-in"))
        answer = browser.post("/accounts/sessions/end-others")
        assert answer.location == "/accounts/sign-in?next=/"

    def test_a_lesser_role_is_told_so_on_a_page(self, viewer: Browser) -> None:
        answer = viewer.get("/accounts/people")
        assert answer.status_code == 403
        assert "This needs the role administrator; yours is viewer." in answer.text

    def test_a_token_opens_no_page(self, client: FlaskClient, write_token: dict[str, str]) -> None:
        assert client.get("/accounts/sessions", headers=write_token).status_code == 303

    def test_a_page_that_is_not_there_is_so_for_everybody(
        self, client: FlaskClient, viewer: Browser
    ) -> None:
        assert client.get("/nowhere").status_code == 404
        known = viewer.get("/nowhere")
        assert known.status_code == 404
        assert "viewer@example.org" in known.text

    def test_a_form_without_its_csrf_value_is_refused(self, viewer: Browser) -> None:
        viewer.csrf = ""
        answer = viewer.post("/accounts/sessions/end-others")
        assert answer.status_code == 400


class TestApi:
    URL = "/api/openapi.json"

    def test_it_says_how_to_present_a_token(self, client: FlaskClient) -> None:
        answer = client.get(self.URL)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.content_type == "application/problem+json"
        assert "Authorization: Bearer" in answer.json["detail"]

    @pytest.mark.parametrize(
        "value", ["Bearer", "Bearer ", "Bearer wk_guess", "Basic dTpw", "wk_guess", "Bearer é"]
    )
    def test_it_refuses_what_is_no_token_of_ours(self, viewer: Browser, value: str) -> None:
        answer = viewer.client.get(self.URL, headers={"Authorization": value})
        assert answer.status_code == 401

    def test_a_revoked_token_is_refused_at_once(
        self, app: Flask, client: FlaskClient, read_token: dict[str, str]
    ) -> None:
        assert client.get(self.URL, headers=read_token).status_code == 200
        with app.app_context():
            actions.revoke_token(db.session.scalars(select(ApiToken)).one(), clock.now())
            db.session.commit()
        assert client.get(self.URL, headers=read_token).status_code == 401

    def test_a_signed_in_person_may_read(self, viewer: Browser) -> None:
        assert viewer.get(self.URL).status_code == 200

    def test_a_person_who_looks_with_a_browser_is_asked_to_sign_in(
        self, client: FlaskClient
    ) -> None:
        accept = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        assert client.get("/api/", headers=accept).status_code == 303
        assert client.get("/api/", headers={"Accept": "*/*"}).status_code == 401

    def test_an_unknown_path_is_a_404_without_token(self, client: FlaskClient) -> None:
        answer = client.get("/api/nowhere")
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"

    def test_the_last_use_of_a_token_is_noted_at_most_once_a_minute(
        self, app: Flask, client: FlaskClient, read_token: dict[str, str]
    ) -> None:
        client.get(self.URL, headers=read_token)
        with count_statements(app) as statements:
            client.get(self.URL, headers=read_token)
        assert len(statements) == 1
        with app.app_context():
            db.session.execute(
                update(ApiToken).values(last_used_at=clock.now() - timedelta(seconds=61))
            )
            db.session.commit()
        with count_statements(app) as statements:
            client.get(self.URL, headers=read_token)
        assert len(statements) == 2


def test_a_request_with_a_session_costs_one_statement_more(app: Flask, viewer: Browser) -> None:
    with count_statements(app) as statements:
        viewer.get("/api/openapi.json")
    assert len(statements) == 1


def test_public_routes_and_static_files_ask_no_database(app: Flask, viewer: Browser) -> None:
    with count_statements(app) as statements:
        viewer.get("/accounts/register")
        viewer.get("/static/app.css").close()
    assert statements == []


@pytest.mark.parametrize("role", list(Role))
def test_the_scopes_of_tokens_never_administer(role: Role) -> None:
    assert {scope.role for scope in TokenScope} == {Role.VIEWER, Role.OPERATOR}
    assert Role(role).label in PEOPLE


def test_a_changed_role_counts_in_the_session_that_is_open(app: Flask, viewer: Browser) -> None:
    with app.app_context():
        user = db.session.scalars(select(SignIn)).one().user
        user.role = user.role.ADMINISTRATOR
        db.session.commit()
    assert viewer.get("/accounts/people").status_code == 200


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", True),
        ("/websites/3?page=2", True),
        ("", False),
        ("websites", False),
        ("//evil.example/", False),
        ("/\\evil.example", False),
        ("\\\\evil.example", False),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
        ("/\t/evil.example", False),
        ("/\n//evil.example", False),
    ],
)
def test_a_way_back_stays_on_this_site(path: str, expected: bool) -> None:
    assert is_local(path) is expected
