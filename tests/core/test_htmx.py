"""One URL answers with the page or with the block, and the server chooses which."""

import pytest
from flask import Flask
from jinja2 import DictLoader

from webapp.core import htmx

PAGE = "<html>{% block list %}<ul id=list>{{ word }}</ul>{% endblock %}</html>"


@pytest.fixture
def small():
    app = Flask(__name__)
    app.jinja_loader = DictLoader({"page.html": PAGE})
    htmx.init_app(app)

    @app.get("/")
    def index():
        return htmx.nothing_new("v2") or htmx.render("page.html", "list", word="hello")

    @app.post("/")
    def change():
        return htmx.redirect("/there")

    return app.test_client()


BLOCK = "<ul id=list>hello</ul>"
CASES = [
    ("a browser gets the page", {}, f"<html>{BLOCK}</html>"),
    ("htmx gets the block", {"HX-Request": "true"}, BLOCK),
    (
        "a boosted link gets the page",
        {"HX-Request": "true", "HX-Boosted": "true"},
        f"<html>{BLOCK}</html>",
    ),
    (
        "a restored history gets the page",
        {"HX-Request": "true", "HX-History-Restore-Request": "true"},
        f"<html>{BLOCK}</html>",
    ),
]


@pytest.mark.parametrize(("headers", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_the_answer_fits_who_asks(small, headers, expected):
    answer = small.get("/", headers=headers)
    assert answer.text == expected
    assert "HX-Request" in answer.vary


def test_a_panel_that_shows_the_newest_gets_no_content(small):
    assert small.get("/?seen=v2", headers={"HX-Request": "true"}).status_code == 204
    assert small.get("/?seen=v1", headers={"HX-Request": "true"}).status_code == 200
    assert small.get("/?seen=v2").status_code == 200, "a browser always gets its page"


def test_after_a_form_a_browser_is_redirected_and_htmx_told_to_navigate(small):
    assert small.post("/").headers["Location"] == "/there"
    assert small.post("/").status_code == 303
    answer = small.post("/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/there")
