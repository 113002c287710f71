"""Names in URLs, as the router reads and writes them."""

from urllib.parse import unquote

import pytest
from werkzeug.routing import Map, Rule

from webapp.metrics.converters import SourceConverter


@pytest.mark.parametrize("name", ["web-1", "a/b", "..", "büro ß", "<b>", "~2F", "x/charts/y"])
def test_an_address_that_was_built_leads_back_to_the_name(name):
    rules = [Rule("/m/<source:host>", endpoint="show"), Rule("/m/<source:host>/s", endpoint="s")]
    router = Map(rules, converters={"source": SourceConverter}).bind("example.org")
    for endpoint in ("show", "s"):
        path = router.build(endpoint, {"host": name})
        # A server unquotes the path before the router sees it.
        assert router.match(unquote(path)) == (endpoint, {"host": name})
