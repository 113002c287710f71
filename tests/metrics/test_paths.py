"""Names of hosts and services in paths."""

import pytest

from webapp.metrics.paths import escape, page_of_host, page_of_service, segment, unescape

NAMES = [
    "web-1",
    "a/b c",
    "büro",
    "<script>",
    "..",
    ".",
    "~",
    "~2F",
    "a\\b",
    "100%",
    "a?b#c",
    "/",
    "x.csv",
    ".csv",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_back_as_it_was(name):
    assert unescape(escape(name)) == name


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_that_a_server_or_a_browser_would_take_for_its_own(name):
    part = segment(name)
    assert part.isascii()
    assert not set(part) & set("/\\?#<> ")
    assert not part.startswith(".")
    assert not part.endswith(".csv")
    assert "%2F" not in part.upper()


@pytest.mark.parametrize(
    ("host", "path"), [("web-1", "/machines/web-1"), ("a/b c", "/machines/a~2Fb%20c")]
)
def test_a_host_has_its_page(host, path):
    assert page_of_host(host) == path


def test_a_service_has_its_page():
    assert page_of_service("..") == "/services/~2E."
