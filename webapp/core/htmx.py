"""One URL: the page for a browser, the block for htmx.

The server chooses the block, never the client. An element that htmx swaps has the id of the block
that draws it.
"""

from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from htmx_flask import Htmx

from webapp.core.drawing import spark_paths

_htmx = Htmx()
__all__ = ["block_wanted", "init_app", "nothing_new", "redirect", "render"]


def init_app(app: Flask) -> None:
    """Give requests their `htmx` attribute, pages their `Vary` header, macros their pen."""
    _htmx.init_app(app)
    app.jinja_env.globals["spark_paths"] = spark_paths
    app.after_request(_vary)


def block_wanted() -> bool:
    """Whether this request is htmx asking for a part: not a boosted link, not a history restore."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render(template: str, block: str, status: int = 200, **context: Any) -> Response:
    """The page `template`, or only its `block` when htmx asks for the part."""
    if not block_wanted():
        return make_response(render_template(template, **context), status)
    current_app.update_template_context(context)
    found = current_app.jinja_env.get_template(template)
    parts = found.blocks[block](found.new_context(context))
    return make_response("".join(parts), status)


def nothing_new(version: object) -> Response | None:
    """204 when the panel that asks already shows `version` (its `seen` parameter), else None."""
    if block_wanted() and request.args.get("seen") == str(version):
        return Response(status=204)
    return None


def redirect(location: str) -> Response:
    """Send the browser to `location` after a form: a full navigation also under htmx."""
    if block_wanted():
        return Response(status=204, headers={"HX-Redirect": location})
    return Response(status=303, headers={"Location": location})


def _vary(response: Response) -> Response:
    if response.mimetype == "text/html" or response.status_code == 204:
        response.vary.update(("HX-Request", "Cookie"))
        response.headers.setdefault("Cache-Control", "no-store")
    return response
