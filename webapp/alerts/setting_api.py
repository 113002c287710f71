"""JSON: channels, routes and silences, and a trial of what they would do."""

from typing import Any

from webapp.alerts import arranging, queries, trying
from webapp.alerts import setting_schemas as schemas
from webapp.alerts.matching import Facts
from webapp.alerts.models import Channel, Route, Silence
from webapp.core import clock, web
from webapp.core.access import Role
from webapp.core.jsonapi import PageQuery, json_blueprint, operation

blueprint = json_blueprint("alert_settings", "/api/monitoring")


def _page(rows: Any, query: PageQuery) -> tuple[Any, int]:
    """There are few of these, and they are read whole."""
    found = list(rows)
    start = (query.page - 1) * query.page_size
    return found[start : start + query.page_size], len(found)


@blueprint.get("/channels/")
@operation(
    "List channels by name, without their addresses",
    role=Role.OPERATOR,
    query=PageQuery,
    returns=schemas.ChannelListResponse,
)
def list_channels(query: PageQuery) -> object:
    """The channels."""
    return _page(queries.channels(), query)


@blueprint.post("/channels/")
@operation(
    "Add a channel; a webhook's signing key is in this answer and never again",
    role=Role.OPERATOR,
    body=schemas.ChannelCreate,
    returns=schemas.ChannelCreated,
    status=201,
)
def add_channel(body: schemas.ChannelCreate) -> object:
    """The new channel."""
    return arranging.add_channel(body.model_dump())


@blueprint.put("/channels/<int:channel_id>/")
@operation(
    "Change a channel: the fields that are given",
    role=Role.OPERATOR,
    body=schemas.ChannelUpdate,
    returns=schemas.ChannelRead,
)
def change_channel(channel_id: int, body: schemas.ChannelUpdate) -> object:
    """The channel as it is then."""
    channel = web.get_or_404(Channel, channel_id)
    return arranging.change_channel(channel, body.model_dump(exclude_unset=True))


@blueprint.delete("/channels/<int:channel_id>/")
@operation("Delete a channel, with what waits for it", role=Role.OPERATOR, status=204)
def delete_channel(channel_id: int) -> None:
    """Nothing is left of it but the diary's entry."""
    arranging.delete_channel(web.get_or_404(Channel, channel_id))


@blueprint.post("/channels/<int:channel_id>/test/")
@operation("Send a test through a channel", role=Role.OPERATOR, returns=schemas.ChannelTested)
def test_channel(channel_id: int) -> object:
    """How it went."""
    channel = web.get_or_404(Channel, channel_id)
    return {"error": arranging.test_channel(channel, clock.now()).error}


@blueprint.get("/routes/")
@operation(
    "List routes in the order in which they are tried",
    role=Role.OPERATOR,
    query=PageQuery,
    returns=schemas.RouteListResponse,
)
def list_routes(query: PageQuery) -> object:
    """The routes."""
    return _page(queries.routes(), query)


@blueprint.post("/routes/")
@operation(
    "Add a route behind the others",
    role=Role.OPERATOR,
    body=schemas.RouteInput,
    returns=schemas.RouteRead,
    status=201,
)
def add_route(body: schemas.RouteInput) -> object:
    """The new route."""
    return arranging.save_route(None, body.fields())


@blueprint.put("/routes/<int:route_id>/")
@operation(
    "Put another content into a route",
    role=Role.OPERATOR,
    body=schemas.RouteInput,
    returns=schemas.RouteRead,
)
def change_route(route_id: int, body: schemas.RouteInput) -> object:
    """The route as it is then."""
    return arranging.save_route(web.get_or_404(Route, route_id), body.fields())


@blueprint.delete("/routes/<int:route_id>/")
@operation("Delete a route, with those below it", role=Role.OPERATOR, status=204)
def delete_route(route_id: int) -> None:
    """Nothing is left of it but the diary's entry."""
    arranging.delete_route(web.get_or_404(Route, route_id))


@blueprint.post("/routes/try/")
@operation(
    "Say who would be told of an example now, and which routes were passed over and why",
    role=Role.OPERATOR,
    body=schemas.Example,
    returns=schemas.Trial,
)
def try_routes(body: schemas.Example) -> object:
    """What would happen; nobody is told."""
    return trying.trial(Facts(**body.model_dump()), clock.now())


@blueprint.get("/silences/")
@operation(
    "List silences that hold or will",
    role=Role.VIEWER,
    query=PageQuery,
    returns=schemas.SilenceListResponse,
)
def list_silences(query: PageQuery) -> object:
    """The silences."""
    return _page(queries.silences(clock.now()), query)


@blueprint.post("/silences/")
@operation(
    "Tell nobody of what fits, for a time",
    role=Role.OPERATOR,
    body=schemas.SilenceInput,
    returns=schemas.SilenceRead,
    status=201,
)
def add_silence(body: schemas.SilenceInput) -> object:
    """The new silence."""
    now = clock.now()
    starts_at = body.starts_at or now
    return arranging.silence(body.matchers.stored(), starts_at, body.ends_at, body.comment, now)


@blueprint.delete("/silences/<int:silence_id>/")
@operation("End a silence now, or call it off", role=Role.OPERATOR, status=204)
def end_silence(silence_id: int) -> None:
    """It holds no longer."""
    arranging.end_silence(web.get_or_404(Silence, silence_id), clock.now())
