"""The OpenAPI document, written from the operations themselves, and a page to read it."""

import re
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from webapp.core import htmx
from webapp.core.access import Role, needs, required_role
from webapp.core.jsonapi import Operation

REFERENCE = "#/components/schemas/{model}"
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}

blueprint = Blueprint("openapi", __name__, url_prefix="/api")


@blueprint.get("/openapi.json")
@needs(Role.VIEWER)
def document() -> Response:
    """The OpenAPI 3.1 document of all JSON operations."""
    return jsonify(describe(current_app))


@blueprint.get("/")
@needs(Role.VIEWER)
def reference() -> Response:
    """The same document as a page."""
    return htmx.render("api_reference.html", "main", api=describe(current_app))


def describe(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of `app`."""
    routes = [(rule, _operation(app, rule)) for rule in app.url_map.iter_rules()]
    found = [(rule, operation) for rule, operation in routes if operation is not None]
    paths: dict[str, Any] = {}
    for rule, operation in sorted(found, key=lambda pair: pair[0].rule):
        path = re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            described = _describe_operation(app, rule, operation)
            paths.setdefault(path, {})[method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "Watchkeeper", "version": "1"},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas([operation for _, operation in found]) | {"Problem": PROBLEM},
        },
    }


def _operation(app: Flask, rule: Rule) -> Operation | None:
    return getattr(app.view_functions[rule.endpoint], "operation", None)


def _schemas(operations: list[Operation]) -> dict[str, Any]:
    models = {m for o in operations for m in (o.query, o.body) if m}
    returned = {o.returns for o in operations if o.returns}
    wanted: list[tuple[type[BaseModel], Any]] = [(m, "validation") for m in models]
    wanted += [(m, "serialization") for m in returned]
    _, definitions = models_json_schema(
        sorted(wanted, key=lambda pair: (pair[0].__name__, pair[1])), ref_template=REFERENCE
    )
    return dict(definitions.get("$defs", {}))


def _describe_operation(app: Flask, rule: Rule, operation: Operation) -> dict[str, Any]:
    role = required_role(app, rule.endpoint)
    described: dict[str, Any] = {
        "summary": operation.summary,
        "description": f"Needs the role {role.label}." if role else "Open to everybody.",
        "operationId": rule.endpoint.replace(".", "_"),
        "tags": [rule.endpoint.split("_api.")[0]],
        "parameters": _parameters(rule, operation),
        "responses": _responses(operation),
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": _content(operation.body)}
    elif operation.takes:
        described["requestBody"] = {"required": True, "content": _text(operation.takes)}
    return described


def _parameters(rule: Rule, operation: Operation) -> list[dict[str, Any]]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": _path_schema(rule, name)}
        for name in sorted(rule.arguments)
    ]
    if operation.query is None:
        return path
    schema = operation.query.model_json_schema(ref_template=REFERENCE)
    required = schema.get("required", [])
    return path + [
        {"name": name, "in": "query", "required": name in required, "schema": detail}
        for name, detail in schema.get("properties", {}).items()
    ]


def _path_schema(rule: Rule, name: str) -> dict[str, str]:
    is_number = type(rule._converters[name]).__name__ == "IntegerConverter"
    return {"type": "integer" if is_number else "string"}


def _responses(operation: Operation) -> dict[str, Any]:
    if operation.gives:
        answer: dict[str, Any] = {
            str(operation.status): {
                "description": operation.summary,
                "content": _text(operation.gives),
            }
        }
    elif operation.returns is None:
        answer = {"204": {"description": "Done."}}
    else:
        content = _content(operation.returns)
        answer = {str(operation.status): {"description": operation.summary, "content": content}}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return answer | {"default": {"description": "Refused.", "content": problem}}


def _text(media_type: str) -> dict[str, Any]:
    return {media_type: {"schema": {"type": "string"}}}


def _content(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REFERENCE.format(model=model.__name__)}}}
