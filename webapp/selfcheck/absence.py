"""The answers of selfcheck while the database is away, when nobody can be recognised either.

They say no more than `/healthz` tells anybody: each part in one word, and how long it took.
"""

from dataclasses import asdict
from typing import Any

import orjson
from flask import Blueprint, Response, render_template, request
from prometheus_client import CONTENT_TYPE_LATEST

from webapp.core import clock, web
from webapp.core.db import db
from webapp.selfcheck import queries, stocktaking
from webapp.selfcheck.components import API, DATABASE, WEB, Standing, in_order, shown
from webapp.selfcheck.exposition import exposition_of_parts
from webapp.selfcheck.health import Health, judge, sentence
from webapp.selfcheck.queries import Monitor

HEALTHZ, METRICS = "selfcheck.healthz", "selfcheck.metrics"


class DatabaseAway(Exception):
    """The database did not answer in time; the request ends before it asks who is there."""


def watch(blueprint: Blueprint) -> None:
    """Look at the database before each request to `blueprint`, and answer without it if need be."""
    # Runs before the functions of before_request, and so before the question who is asking.
    blueprint.url_value_preprocessor(_look_first)
    blueprint.register_error_handler(DatabaseAway, _answer)


def _look_first(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint != HEALTHZ and not queries.database_probe().value:
        raise DatabaseAway


def _answer(_error: Exception) -> Response:
    db.session.rollback()
    found = queries.monitor(clock.now())
    if request.endpoint == METRICS:
        return Response(exposition_of_parts(found), content_type=CONTENT_TYPE_LATEST)
    verdict = judge(found.facts)
    parts = _parts(found)
    message = sentence(found.facts, verdict)
    if web.is_api_request():
        return _json(verdict, message, parts)
    page = render_template("selfcheck/away.html", title=message, parts=parts, moment=clock.now())
    return Response(page, 503)


def _parts(found: Monitor) -> list[Standing]:
    now = clock.now()
    standings = stocktaking.take_stock(found.facts, now)
    db.session.rollback()
    parts = in_order({WEB: Standing(WEB), API: Standing(API)} | standings)
    return [_public(shown(part, now, (WEB, API))) for part in parts]


def _public(part: Standing) -> Standing:
    """What may be said to somebody unknown: errors may name machines."""
    since_at = part.since_at if part.component == DATABASE else None
    return Standing(
        part.component, part.state, since_at, None, None, part.checked_at, part.probe_ms
    )


def _json(verdict: Health, message: str, parts: list[Standing]) -> Response:
    document = asdict(verdict) | {"message": message, "components": [_read(p) for p in parts]}
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(document), 503, headers, content_type="application/json")


def _read(part: Standing) -> dict[str, Any]:
    return asdict(part) | {"label": part.label}
