"""The OpenAPI document is whole and true, and its page shows all of it."""

import re

import pytest

from webapp.core.openapi import describe

METHODS = {"get", "post", "put", "patch", "delete"}
OUTSIDE = {"openapi.document", "openapi.reference"}


@pytest.fixture
def api(context):
    return describe(context)


def operations(api):
    return [(path, m, o) for path, methods in api["paths"].items() for m, o in methods.items()]


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_json_route_is_in_the_document(context, api):
    told = {(re.sub(r"{[^}]+}", "{}", path), method.upper()) for path, method, _ in operations(api)}
    for rule in context.url_map.iter_rules():
        if rule.rule.startswith("/api/") and rule.endpoint not in OUTSIDE:
            path = re.sub(r"<[^>]+>", "{}", rule.rule)
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                assert (path, method) in told, f"{method} {rule.rule} is not documented"


def test_the_document_has_the_shape_of_openapi_3_1(api):
    assert api["openapi"].startswith("3.1.")
    assert set(api["info"]) >= {"title", "version"}
    for path, method, operation in operations(api):
        assert path.startswith("/api/")
        assert method in METHODS
        assert operation["summary"][0].isupper()
        assert operation["tags"]
        assert "default" in operation["responses"]
        for status, answer in operation["responses"].items():
            assert status == "default" or re.fullmatch("[2-5][0-9]{2}", status)
            assert answer["description"]


def test_operations_have_names_of_their_own(api):
    names = [operation["operationId"] for _, _, operation in operations(api)]
    assert len(names) == len(set(names))


def test_every_reference_leads_to_a_schema(api):
    for reference in references(api):
        assert reference.startswith("#/components/schemas/")
        assert reference.rsplit("/", 1)[1] in api["components"]["schemas"], reference


def test_parameters_are_those_of_the_path_and_are_named_once(api):
    for path, _, operation in operations(api):
        given = [(p["in"], p["name"]) for p in operation["parameters"]]
        assert len(given) == len(set(given))
        assert {name for place, name in given if place == "path"} == set(
            re.findall(r"{(\w+)}", path)
        )
        assert all(p["required"] for p in operation["parameters"] if p["in"] == "path")


def test_bodies_are_for_methods_that_change_and_lists_have_pages(api):
    schemas = api["components"]["schemas"]
    for _, method, operation in operations(api):
        assert method != "get" or "requestBody" not in operation
    for name, schema in schemas.items():
        if name.endswith("ListResponse") and "items" in schema["properties"]:
            assert set(schema["required"]) == {"items", "total", "page", "page_size"}


def test_the_document_needs_a_token(app, client, read_token):
    assert client.get("/api/openapi.json").status_code == 401
    answer = app.test_client().get("/api/openapi.json", headers=read_token)
    assert answer.json["paths"]["/api/system/activity"]["get"]


def test_the_page_shows_every_operation_with_a_command_to_try_it(app, viewer):
    page = viewer.get("/api/")
    assert page.status_code == 200
    with app.app_context():
        found = describe(app)
    for path, method, operation in operations(found):
        assert f'id="{operation["operationId"]}"' in page.text
        assert f"<strong>{method.upper()}</strong> {path}" in page.text
    assert page.text.count("curl -H") == len(operations(found))
    assert """-d '{"type": "user_registered", "message": "text"}'""" in page.text
