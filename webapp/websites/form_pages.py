"""Pages: the form of a website, validated field by field, and a trial of it before it is saved."""

from typing import Any

from flask import Response, abort, flash, request, url_for

from webapp.core import clock, htmx, queue, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.websites import actions, forms, keeping, trials
from webapp.websites.jobs import try_draft
from webapp.websites.models import Website
from webapp.websites.options import DEFAULT_OPTIONS
from webapp.websites.urls import kind_of
from webapp.websites.views import blueprint

NEW = "Add a website"
PATIENCE_MS = 45_000
STARTS = {"tcp": "tcp://", "dns": "dns://", "heartbeat": "heartbeat://"}


@blueprint.get("/new")
@needs(Role.OPERATOR)
def new() -> Response:
    """The form for a new website."""
    url = request.args.get("url", "") or STARTS.get(request.args.get("kind", ""), "")
    values = {"url": url, "check_interval": 60, "timeout": 30}
    return _form(None, values | forms.option_values(DEFAULT_OPTIONS))


@blueprint.post("/new")
@needs(Role.OPERATOR)
def add() -> Response:
    """Add the website, or show the form with what is wrong."""
    fields, errors = forms.read(request.form)
    if fields is not None:
        try:
            website, is_new = actions.add(fields, clock.now())
        except Problem:
            errors = {"url": "A website with this URL exists already."}
        else:
            db.session.commit()
            flash("The website was added." if is_new else "It exists already.", "success")
            return htmx.redirect(url_for("websites.show", website_id=website.id))
    return _form(None, _typed(), errors)


@blueprint.get("/<int:website_id>/edit")
@needs(Role.OPERATOR)
def edit(website_id: int) -> Response:
    """The form with the website's values."""
    website = web.get_or_404(Website, website_id)
    return _form(website, forms.values_of(website))


@blueprint.post("/<int:website_id>/edit")
@needs(Role.OPERATOR)
def save(website_id: int) -> Response:
    """Change the website, or show the form with what is wrong."""
    website = web.get_or_404(Website, website_id)
    fields, errors = forms.read(request.form)
    if fields is not None:
        try:
            kept: dict[str, Any] = dict.fromkeys(("description", "group_name")) | {"tags": []}
            actions.edit(website, {"name": website.name} | kept | fields, clock.now())
        except Problem as problem:
            errors = forms.by_entry(problem.errors)
            db.session.rollback()
        else:
            db.session.commit()
            flash("The changes were saved.", "success")
            return htmx.redirect(url_for("websites.show", website_id=website_id))
    return _form(website, _typed(), errors)


@blueprint.post("/validate/<name>")
@needs(Role.OPERATOR)
def validate(name: str) -> Response:
    """One field of the form with what was typed, and what is wrong with it."""
    entry = forms.ENTRIES.get(name) or abort(404)
    _, errors = forms.read(request.form)
    typed = bool(request.form.get(name, "").strip()) or not entry.is_required
    shown = {name: errors[name]} if name in errors and typed else {}
    return htmx.render(
        "websites/field.html", "main", entry=entry, values=_typed(), errors=shown, stored=()
    )


@blueprint.post("/try")
@needs(Role.OPERATOR)
def test_it() -> Response:
    """Have what was typed checked; the block then asks for itself until the answer is there."""
    website = _edited()
    fields, errors = forms.read(request.form)
    if fields is not None and kind_of(fields["url"]) == "heartbeat":
        errors = {"url": "A heartbeat cannot be tried: it calls us."}
    elif fields is not None:
        try:
            return _start_trial(website, fields)
        except Problem as problem:
            errors = forms.by_entry(problem.errors)
    if htmx.block_wanted():
        return htmx.render("websites/trial.html", "trial", state="refused", errors=errors)
    return _form(website, _typed(), errors)


@blueprint.get("/try/<name>")
@needs(Role.OPERATOR)
def trial(name: str) -> Response:
    """What the trial found, or that it goes on."""
    return _trial(name, request.args.get("asked", 0, type=int))


def _start_trial(website: Website | None, fields: dict[str, Any]) -> Response:
    draft = trials.drafted(website, fields)
    name, asked_ms = trials.propose(draft), clock.to_ms(clock.now())
    queue.enqueue(try_draft, name, queue="default", job_id=f"try_draft-{name}")
    db.session.commit()
    if htmx.block_wanted():
        return _trial(name, asked_ms)
    return htmx.redirect(url_for("websites.trial", name=name, asked=asked_ms))


def _trial(name: str, asked_ms: int) -> Response:
    found = trials.found_for(name)
    waited_ms = clock.to_ms(clock.now()) - asked_ms
    state = "done" if found else "waiting" if 0 <= waited_ms < PATIENCE_MS else "unanswered"
    return htmx.render(
        "websites/trial.html", "trial", state=state, found=found, name=name, asked=asked_ms
    )


def _edited() -> Website | None:
    website_id = request.form.get("website_id", type=int)
    return web.get_or_404(Website, website_id) if website_id else None


def _typed() -> dict[str, Any]:
    """What was typed, to be shown again; secrets are not."""
    shown = {k: v for k, v in request.form.items() if k not in forms.SECRETS}
    return forms.option_values(DEFAULT_OPTIONS) | {"follow_redirects": "", "verify_tls": ""} | shown


def _form(
    website: Website | None, values: dict[str, Any], errors: dict[str, str] | None = None
) -> Response:
    page = "websites.show" if website else "websites.index"
    return htmx.render(
        "websites/form.html",
        "main",
        422 if errors else 200,
        form_title=f"Edit {website.name}" if website else NEW,
        website=website,
        basics=forms.BASICS,
        groups=forms.GROUPS,
        defaults=forms.option_values(DEFAULT_OPTIONS),
        stored=keeping.known_secrets(website).names() if website else (),
        values=values,
        errors=errors or {},
        back=url_for(page, website_id=website.id) if website else url_for(page),
    )
