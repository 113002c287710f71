"""Which URLs are websites."""

import pytest

from webapp.websites.urls import host_of, kind_of, normalised

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


@pytest.mark.parametrize(
    ("given", "url", "kind"),
    [
        ("https://a.example", "https://a.example/", "http"),
        ("TCP://Host.Example:22", "tcp://host.example:22", "tcp"),
        ("tcp://[::1]:22/", "tcp://[::1]:22", "tcp"),
        ("dns://Example.com", "dns://example.com/A", "dns"),
        ("dns://example.com/mx", "dns://example.com/MX", "dns"),
        ("heartbeat://Nightly-Backup", "heartbeat://nightly-backup", "heartbeat"),
    ],
)
def test_the_scheme_says_which_kind_of_check_it_is(given, url, kind):
    assert (normalised(given), kind_of(url)) == (url, kind)


@pytest.mark.parametrize(
    "given",
    ["tcp://host", "tcp://host:0", "tcp://u@host:1", "tcp://host:1/x", "dns://", "dns://a:53/A",
     "dns://a/ODD", "heartbeat://", "heartbeat://a/b", "heartbeat://-"],
)  # fmt: skip
def test_other_kinds_are_refused_with_a_sentence_as_well(given):
    with pytest.raises(ValueError, match=r"\.$"):
        normalised(given)
