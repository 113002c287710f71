"""Which URLs are websites."""

import pytest

from webapp.websites.urls import host_of, normalised

ACCEPTED = [
    ("http://example.org", "http://example.org/"),
    (" HTTPS://Example.ORG:443/Path?q=A#part ", "https://example.org/Path?q=A"),
    ("http://example.org:8080", "http://example.org:8080/"),
    ("https://example.org:80/", "https://example.org:80/"),
    ("https://bücher.example/ä?ö=ü", "https://xn--bcher-kva.example/%C3%A4?%C3%B6=%C3%BC"),
    ("http://127.0.0.1:9/", "http://127.0.0.1:9/"),
    ("http://[::1]:8000/x", "http://[::1]:8000/x"),
    ("http://my_host.local/", "http://my_host.local/"),
    ("http://example.org/a%20b?x=1&y=[2]", "http://example.org/a%20b?x=1&y=[2]"),
]
REFUSED = [
    "", "example.org", "//example.org", "ftp://example.org", "file:///etc/passwd", "http://",
    "http:///x", "javascript:alert(1)", "http://user:secret@example.org/", "http://user@example.org/",
    "http://example.org:99999/", "http://example.org:0/", "http://exa mple.org/", "http://a\\b.org/",
    "http://example.org/\n", "http://-a.org/", "http://a..org/", "http://" + "a" * 64 + ".org/",
    "http://[::1/", "http://[fe80::1%25eth0]/", "http://example.org/" + "x" * 2048, "gopher://x/",
    "http://@example.org/", "http://a,b/", "http://%00/", "http://xn--\u00df/",
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), ACCEPTED)
def test_a_url_is_written_in_one_way(given, expected):
    assert normalised(given) == expected
    assert normalised(expected) == expected


@pytest.mark.parametrize("given", [u for u in REFUSED if not u.endswith("\n")])
def test_it_refuses_what_is_no_website_and_says_why(given):
    with pytest.raises(ValueError, match=r"URL.*\.$"):
        normalised(given)


def test_a_website_is_called_by_its_host():
    assert host_of("https://example.org/x") == "example.org"
    assert host_of("http://example.org:8080/") == "example.org:8080"
