"""Pages: the channels by which people are told."""

from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from webapp.alerts import arranging, queries, sending
from webapp.alerts.form_checks import Errors, checked, named
from webapp.alerts.models import Channel, ChannelKind
from webapp.alerts.setting_forms import CHOICES, ChannelForm
from webapp.alerts.setting_schemas import ChannelCreate, ChannelUpdate
from webapp.core import clock, htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem

blueprint = Blueprint("alert_channels", __name__, url_prefix="/alerts/settings")
NAMES = {"url": "address"}


@blueprint.get("/channels/new")
@needs(Role.ADMINISTRATOR)
def new_channel() -> Response:
    """The form of a new channel."""
    return _channel_form(None, {"service": "webhook"}, {})


@blueprint.post("/channels/new")
@needs(Role.ADMINISTRATOR)
def add_channel() -> Response:
    """Add a channel; a webhook's key is shown this once."""
    form, errors = web.parse_form(ChannelForm)
    if form is not None:
        given = form.model_dump(include={"fallback_id", "title_template", "body_template", "name"})
        given |= {"kind": form.kind, "url": form.url}
        found, errors = checked(ChannelCreate, given, NAMES)
        if found is not None:
            try:
                channel = arranging.add_channel(found.model_dump())
                db.session.commit()
                return _added(channel)
            except Problem as problem:
                errors = named(problem, NAMES)
    db.session.rollback()
    return _channel_form(None, request.form.to_dict(), errors, status=422)


@blueprint.get("/channels/<int:channel_id>")
@needs(Role.ADMINISTRATOR)
def edit_channel(channel_id: int) -> Response:
    """The form of a channel; its address is not shown."""
    channel = web.get_or_404(Channel, channel_id)
    names = ("name", "is_active", "fallback_id", "title_template", "body_template")
    return _channel_form(channel, {name: getattr(channel, name) or "" for name in names}, {})


@blueprint.post("/channels/<int:channel_id>")
@needs(Role.ADMINISTRATOR)
def change_channel(channel_id: int) -> Response:
    """Change a channel; an empty address leaves the one it has."""
    channel = web.get_or_404(Channel, channel_id)
    form, errors = web.parse_form(ChannelForm)
    if form is not None:
        names = {"name", "is_active", "fallback_id", "title_template", "body_template"}
        given = form.model_dump(include=names)
        given |= {"url": form.address} if form.address else {}
        found, errors = checked(ChannelUpdate, given, NAMES)
        if found is not None:
            try:
                arranging.change_channel(channel, found.model_dump(exclude_unset=True))
                db.session.commit()
                flash(f"Channel {channel.name} is saved.", "success")
                return htmx.redirect(url_for("alert_settings.index"))
            except Problem as problem:
                errors = named(problem, NAMES)
    db.session.rollback()
    return _channel_form(channel, request.form.to_dict(), errors, status=422)


@blueprint.post("/channels/<int:channel_id>/test")
@needs(Role.ADMINISTRATOR)
def test_channel(channel_id: int) -> Response:
    """Send a test, and say how it went; one that works gets at once what waits for it."""
    channel = web.get_or_404(Channel, channel_id)
    outcome = arranging.test_channel(channel, clock.now())
    if outcome.error is None:
        sending.try_now(channel.id, clock.now())
        db.session.commit()
        flash(f"{channel.name} took the test message.", "success")
    else:
        flash(f"{channel.name} did not take the test message: {outcome.error}", "error")
    return htmx.redirect(url_for("alert_settings.index"))


@blueprint.post("/channels/<int:channel_id>/delete")
@needs(Role.ADMINISTRATOR)
def delete_channel(channel_id: int) -> Response:
    """Forget a channel."""
    arranging.delete_channel(web.get_or_404(Channel, channel_id))
    db.session.commit()
    flash("The channel is deleted.", "success")
    return htmx.redirect(url_for("alert_settings.index"))


def _added(channel: Channel) -> Response:
    if channel.kind is ChannelKind.WEBHOOK:
        return htmx.render("alerts/channel_added.html", "channel_added", channel=channel)
    flash(f"Channel {channel.name} is added. Send a test to see that it works.", "success")
    return htmx.redirect(url_for("alert_settings.index"))


def _channel_form(
    channel: Channel | None, typed: dict[str, Any], errors: Errors, status: int = 200
) -> Response:
    others = [each for each in queries.channels() if channel is None or each.id != channel.id]
    return htmx.render(
        "alerts/channel.html",
        "channel_form",
        status=status,
        channel=channel,
        typed=typed,
        errors=errors,
        choices=CHOICES,
        others=[("", "None")] + [(each.id, each.name) for each in others],
    )
