"""What a check sends, and to whom; over real sockets."""

import socket

import pytest

from tests.websites.peers import echo
from tests.websites.probing import checked, reason
from tests.websites.sites import serve
from webapp.websites.hops import is_same_origin, onward_method
from webapp.websites.options import CheckOptions, CheckSecrets

SECRETS = CheckSecrets(
    headers={"X-Api-Key": "key-of-ours"}, password="pass-of-ours", token="tok-of"
)


class TestRequest:
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
    def test_it_has_the_method_the_headers_and_the_body_that_were_asked_for(self, method):
        with echo() as peer:
            options = CheckOptions(method=method, headers={"Accept": "text/plain"}, body="héllo")
            outcome = checked(peer.url(), options)
        (asked,) = peer.asked
        assert outcome.failure is None
        assert asked["method"] == method
        assert asked["headers"]["Accept"] == "text/plain"
        assert asked["body"] == ("" if method == "HEAD" else "héllo")

    def test_basic_and_bearer_authentication_and_secret_headers_are_sent(self):
        with echo() as peer:
            checked(peer.url(), CheckOptions(authentication="basic", username="me"), SECRETS)
            checked(peer.url(), CheckOptions(authentication="bearer"), SECRETS)
        basic, bearer = (asked["headers"] for asked in peer.asked)
        assert basic["Authorization"] == "Basic bWU6cGFzcy1vZi1vdXJz"
        assert bearer["Authorization"] == "Bearer tok-of"
        assert basic["X-Api-Key"] == "key-of-ours"

    def test_a_redirect_to_another_place_is_not_told_the_secrets(self):
        options = CheckOptions(authentication="bearer", headers={"X-Open": "yes"})
        with echo() as home, echo() as elsewhere:
            checked(home.url("/to?" + elsewhere.url()), options, SECRETS)
            checked(home.url("/to?" + home.url("/again")), options, SECRETS)
        (abroad,) = elsewhere.asked
        assert abroad["headers"]["X-Open"] == "yes"
        assert not {"Authorization", "X-Api-Key"} & set(abroad["headers"])
        assert home.asked[-1]["headers"]["Authorization"] == "Bearer tok-of"

    def test_a_post_that_is_led_on_becomes_a_get_without_a_body(self):
        with echo() as peer:
            checked(peer.url("/to?" + peer.url()), CheckOptions(method="POST", body="x"))
        assert [(a["method"], a["body"]) for a in peer.asked] == [("POST", "x"), ("GET", "")]


class TestClientCertificate:
    def test_it_is_shown_to_who_asks_for_it(self, authority):
        pem = authority.issue("client.example").read_text()
        key = pem[pem.index("-----BEGIN PRIVATE") :]
        mine = CheckSecrets(
            client_certificate=pem[: pem.index("-----BEGIN PRIVATE")], client_key=key
        )
        with echo(authority.issue("localhost"), clients=authority.file) as peer:
            url = peer.url(host="localhost")
            good = checked(url, secrets=mine, ca_file=authority.file)
            bad = checked(url, ca_file=authority.file)
        assert good.failure is None
        # A server that resets the connection takes its own explanation back.
        assert reason(bad) in ("tls_client", "other")


class TestProxy:
    def test_the_request_goes_through_it_with_its_password(self):
        options = CheckOptions(proxy_username="me")
        with echo() as proxy, serve() as site:
            proxy.proxy_password = "me:pass"
            options = CheckOptions(proxy=proxy.url().rstrip("/"), proxy_username="me")
            outcome = checked(site.url(), options, CheckSecrets(proxy_password="pass"))
        assert outcome.http_status == 200
        assert proxy.asked[0]["headers"]["Host"] == f"127.0.0.1:{site.server_port}"
        assert "Proxy-Authorization" in proxy.asked[0]["headers"]

    def test_https_is_tunnelled_and_a_refusal_is_named(self, authority):
        with echo() as proxy, serve(authority.issue("localhost")) as site:
            options = CheckOptions(proxy=proxy.url().rstrip("/"))
            url = site.url(host="localhost")
            good = checked(url, options, ca_file=authority.file)
            proxy.proxy_password = "me:pass"
            refused = checked(url, options, ca_file=authority.file)
        assert good.failure is None
        assert [asked["method"] for asked in proxy.asked] == ["CONNECT", "CONNECT"]
        assert reason(refused) == "proxy"

    def test_it_cannot_be_used_to_reach_what_is_never_allowed(self):
        with echo() as proxy:
            options = CheckOptions(proxy=proxy.url().rstrip("/"))
            outcome = checked("http://169.254.169.254/", options)
        assert reason(outcome) == "address_refused"
        assert proxy.asked == []


class TestAddresses:
    def test_each_family_has_its_own_verdict(self):
        with echo() as peer:
            url = peer.url(host="localhost")
            four = checked(url, CheckOptions(ip_version="4"))
            six = checked(url, CheckOptions(ip_version="6"))
            both = checked(url, CheckOptions(ip_version="both"))
        assert (four.address, four.status) == ("127.0.0.1", "UP")
        assert six.status == "DOWN"
        assert both.status == "DEGRADED"
        assert both.warning.startswith("Over IPv6: ")
        verdicts = both.details["families"]
        assert (verdicts["4"]["status"], verdicts["6"]["status"]) == ("UP", "DOWN")

    def test_ipv6_is_reached(self):
        if not socket.has_ipv6:
            pytest.skip("no IPv6 here")
        with echo(host="::1") as peer:
            outcome = checked(peer.url(host="[::1]"), CheckOptions(ip_version="6"))
        assert (outcome.address, outcome.status) == ("::1", "UP")


class TestPort:
    def test_a_port_that_listens_is_up_and_one_that_does_not_is_refused(self, site, closed_port):
        good = checked(f"tcp://127.0.0.1:{site.server_port}")
        bad = checked(f"tcp://127.0.0.1:{closed_port}")
        assert (good.status, good.http_status, good.address) == ("UP", None, "127.0.0.1")
        assert 0 < good.phases.connect <= good.phases.total
        assert site.seen == []
        assert reason(bad) == "refused"
        refused = checked("tcp://169.254.169.254:80")
        assert reason(refused) == "address_refused"


@pytest.mark.parametrize(
    ("url", "home", "expected"),
    [
        ("https://a.example/x", "https://a.example/", True),
        ("https://a.example/", "http://a.example/", True),
        ("http://a.example/", "https://a.example/", False),
        ("https://a.example:8443/", "https://a.example/", False),
        ("https://a.example:8443/", "http://a.example/", False),
        ("https://b.example/", "https://a.example/", False),
        ("https://a.example\\@b.example/", "https://a.example/", False),
        ("https://a.example@b.example/", "https://a.example/", False),
    ],
)
def test_secrets_go_to_their_own_origin_only(url, home, expected):
    assert is_same_origin(url, home) is expected


@pytest.mark.parametrize(
    ("method", "status", "expected"),
    [("POST", 301, "GET"), ("POST", 302, "GET"), ("POST", 307, "POST"), ("PUT", 302, "PUT"),
     ("PUT", 303, "GET"), ("HEAD", 303, "HEAD"), ("POST", 308, "POST"), ("GET", 301, "GET")],
)  # fmt: skip
def test_the_method_that_follows_a_redirect(method, status, expected):
    assert onward_method(method, status) == expected
