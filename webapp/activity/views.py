"""The feed page."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from pydantic import ValidationError

from webapp.activity import queries
from webapp.activity.models import ActivityType
from webapp.activity.schemas import FeedQuery, Within
from webapp.core import clock, htmx
from webapp.core.access import Role, needs
from webapp.core.problems import Problem, field_errors

PAGE_SIZE = 50

blueprint = Blueprint("activity", __name__, url_prefix="/activity")


@blueprint.get("/")
@needs(Role.VIEWER)
def index() -> Response:
    """What happened, newest first, by type, person and time."""
    query = _query()
    version = queries.activity_version()
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    since = clock.now() - query.within.span if query.within else None
    events, total = queries.events(
        type=query.type,
        user_email=query.person,
        from_at=since,
        limit=PAGE_SIZE,
        offset=(query.page - 1) * PAGE_SIZE,
    )
    context: dict[str, Any] = {"days": queries.by_day(events), "total": total, "page": query.page}
    return htmx.render(
        "activity/index.html", "activity_feed", version=version, **context, **_filters(query)
    )


def _query() -> FeedQuery:
    given = {name: value for name, value in request.args.items() if value.strip()}
    try:
        return FeedQuery.model_validate(given)
    except ValidationError as error:
        wrong = field_errors(error)[0]
        raise Problem(422, f"The filter {wrong.field} cannot be used: {wrong.message}") from error


def _filters(query: FeedQuery) -> dict[str, Any]:
    chosen = query.model_dump(mode="json", exclude_none=True, exclude={"page", "seen"})
    return {
        "chosen": chosen,
        "url": url_for("activity.index", **chosen, page=query.page),
        "page_size": PAGE_SIZE,
        "types": [("", "Everything")] + [(t.value, t.label) for t in ActivityType],
        "periods": [("", "Any time")] + [(w.value, f"The last {w.value}") for w in Within],
    }
