"""The API's edge: what it takes, what it refuses and in which words."""

import pytest
from flask import Flask
from pydantic import Field

from webapp import config
from webapp.core import clock, db, htmx, keys, openapi, web
from webapp.core.access import Role
from webapp.core.jsonapi import Input, Output, Page, PageQuery, json_blueprint, operation
from webapp.core.problems import MEDIA_TYPE, Problem


class NoteCreate(Input):
    text: str = Field(min_length=1, max_length=10)
    weight: float = Field(ge=0)


class NoteRead(Output):
    text: str


class NoteListResponse(Page[NoteRead]):
    pass


notes = json_blueprint("notes", "/api/notes")


@notes.post("/")
@operation("Write a note", role=Role.OPERATOR, body=NoteCreate, returns=NoteRead, status=201)
def create(body):
    return body


@notes.get("/")
@operation("List notes", role=Role.VIEWER, query=PageQuery, returns=NoteListResponse)
def index(query):
    return [{"text": f"note {query.page}"}], 101


@notes.delete("/<int:note_id>/")
@operation("Remove a note", role=Role.OPERATOR)
def remove(note_id):
    if note_id != 1:
        raise Problem(404, f"There is no note {note_id}.")


@pytest.fixture
def app_with_notes(tmp_path, redis_url):
    """An application of core alone: no gate, so that only the edge is tested."""
    environ = {"DATA_DIR": str(tmp_path), "REDIS_URL": redis_url, "LOG_LEVEL": "WARNING"}
    settings = keys.with_keys(config.load(environ | {"MAXIMUM_BODY_BYTES": "4096"}))
    app = Flask("webapp")
    app.extensions["settings"] = settings
    db.init_app(app, settings)
    htmx.init_app(app)
    web.init_app(app, settings)
    app.register_blueprint(openapi.blueprint)
    app.register_blueprint(notes)
    yield app
    with app.app_context():
        db.db.engine.dispose()


@pytest.fixture
def api(app_with_notes):
    return app_with_notes.test_client()


REFUSALS = [
    ("broken JSON", {"data": "{", "content_type": "application/json"}, 400, None),
    ("not JSON", {"data": {"text": "x"}}, 415, None),
    ("a list for an object", {"json": [1]}, 422, "body"),
    ("a missing field", {"json": {"text": "x"}}, 422, "weight"),
    ("a wrong type", {"json": {"text": "x", "weight": "heavy"}}, 422, "weight"),
    ("a character no database keeps", {"json": {"text": "a\0b", "weight": 1}}, 422, "text"),
    ("out of bounds", {"json": {"text": "x", "weight": -1}}, 422, "weight"),
    ("too long", {"json": {"text": "x" * 11, "weight": 1}}, 422, "text"),
    ("an unknown field", {"json": {"text": "x", "weight": 1, "wieght": 1}}, 422, "wieght"),
    (
        "not a number",
        {"data": '{"text":"x","weight":NaN}', "content_type": "application/json"},
        400,
        None,
    ),
    ("deep beyond reason", {"data": "[" * 3000, "content_type": "application/json"}, 400, None),
    (
        "deep",
        {
            "data": '{"weight":1,"text":' + "[" * 60 + "]" * 60 + "}",
            "content_type": "application/json",
        },
        422,
        "text",
    ),
    ("too large", {"json": {"text": "x" * 5000, "weight": 1}}, 413, None),
]


@pytest.mark.parametrize(
    ("sent", "status", "field"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_bad_input_is_refused_with_a_problem_that_names_the_field(api, sent, status, field):
    answer = api.post("/api/notes/", **sent)
    assert answer.status_code == status
    assert answer.content_type == MEDIA_TYPE
    assert answer.json["status"] == status
    if field:
        assert [e["field"] for e in answer.json["errors"]] == [field]
        assert answer.json["errors"][0]["message"].endswith(".")


def test_good_input_is_answered_in_the_declared_shape(api):
    answer = api.post("/api/notes/", json={"text": " x ", "weight": 1})
    assert (answer.status_code, answer.json) == (201, {"text": "x"})


def test_a_list_is_one_page_with_the_total_of_all(api):
    assert api.get("/api/notes/?page=3&page_size=20").json == {
        "items": [{"text": "note 3"}],
        "total": 101,
        "page": 3,
        "page_size": 20,
    }


@pytest.mark.parametrize("query", ["page=0", "page=x", "page_size=201", "pgae=1"])
def test_a_bad_query_is_refused(api, query):
    answer = api.get(f"/api/notes/?{query}")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == query.split("=")[0]


def test_nothing_to_say_is_204_and_unknown_is_a_404_problem(api):
    assert api.delete("/api/notes/1/").status_code == 204
    missing = api.delete("/api/notes/2/")
    assert (missing.status_code, missing.json["detail"]) == (404, "There is no note 2.")
    assert api.get("/api/nowhere").content_type == MEDIA_TYPE


def test_a_wrong_method_says_which_are_allowed(api):
    answer = api.put("/api/notes/", json={})
    assert (answer.status_code, answer.content_type) == (405, MEDIA_TYPE)
    assert "POST" in answer.headers["Allow"]


def test_the_openapi_document_is_written_from_the_operations(api):
    document = api.get("/api/openapi.json").json
    post = document["paths"]["/api/notes/"]["post"]
    body = post["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert body.rsplit("/", 1)[1] in document["components"]["schemas"]
    assert document["components"]["schemas"]["NoteCreate"]["additionalProperties"] is False
    assert {p["name"] for p in document["paths"]["/api/notes/"]["get"]["parameters"]} == {
        "page",
        "page_size",
    }
    assert document["paths"]["/api/notes/{note_id}/"]["delete"]["responses"].keys() == {
        "204",
        "default",
    }


def test_pages_carry_the_headers_that_keep_foreign_code_out(api):
    headers = api.get("/api/openapi.json").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert clock.now().tzinfo is not None
