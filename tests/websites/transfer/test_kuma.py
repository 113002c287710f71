"""Monitors of Uptime Kuma become websites, and what does not is said."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.websites.transfer import entries
from webapp.websites.transfer.kuma import Tables, findings


def row(**fields):
    """A monitor as version 2 keeps it."""
    values = {
        "id": 1, "name": "Shop", "type": "http", "url": "https://shop.example/", "active": 1,
        "interval": 60, "timeout": 48.0, "maxretries": 0, "retry_interval": 60, "parent": None,
        "accepted_statuscodes_json": '["200-299"]', "method": "GET", "maxredirects": 10,
        "expiry_notification": 1, "ignore_tls": 0, "upside_down": 0, "conditions": "[]",
    }  # fmt: skip
    return values | fields


def one(**fields):
    found = findings(Tables([row(**fields)])).websites[0]
    return found.entry, found.left_out


def test_a_plain_monitor_is_carried_over_whole():
    entry, left_out = one()
    assert left_out == []
    assert entry == {
        "url": "https://shop.example/", "name": "Shop", "tags": [], "is_active": True,
        "check_interval": 60, "timeout": 48, "secrets": {},
        "options": {
            "failures_to_down": 1, "method": "GET", "expected_status": "200-299",
            "maximum_redirects": 10, "ip_version": "any",
        },
    }  # fmt: skip


OPTIONS = [
    ({"maxretries": 3, "retry_interval": 20}, {"failures_to_down": 4, "recheck_s": 20}),
    ({"maxretries": 1, "retry_interval": 0}, {"failures_to_down": 2, "recheck_s": 60}),
    ({"ignore_tls": 1}, {"verify_tls": False}),
    ({"expiry_notification": 0}, {"certificate_days": 0}),
    ({"maxredirects": 0}, {"follow_redirects": False}),
    ({"ip_family": "ipv6"}, {"ip_version": "6"}),
    ({"method": "head"}, {"method": "HEAD"}),
    ({"accepted_statuscodes_json": '["200-299", "404"]'}, {"expected_status": "200-299,404"}),
    ({"headers": '{"Accept": "text/html"}'}, {"headers": {"Accept": "text/html"}}),
    (
        {"body": "a=1", "http_body_encoding": "form"},
        {"body": "a=1", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    ),
    ({"type": "keyword", "keyword": "hello"}, {"keyword": "hello"}),
    ({"type": "keyword", "keyword": "x", "invert_keyword": 1}, {"keyword_absent": "x"}),
    (
        {"type": "json-query", "json_path": "$.state", "expected_value": "ok"},
        {"json_assertions": ['$.state == "ok"']},
    ),
    (
        {"type": "json-query", "json_path": "a.b[0]", "json_path_operator": ">=",
         "expected_value": "5"},
        {"json_assertions": ["a.b[0] >= 5"]},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), OPTIONS)
def test_what_it_asks_and_expects_becomes_options(fields, expected):
    entry, left_out = one(**fields)
    assert left_out == []
    assert entry["options"].items() >= expected.items()
    assert entries.Entry.model_validate(entry)


SECRETS = [
    ({"auth_method": "basic", "basic_auth_user": "u", "basic_auth_pass": "p"}, {"password": "p"}),
    ({"basic_auth_user": "u", "basic_auth_pass": "p"}, {"password": "p"}),
    ({"auth_method": "bearer", "bearer_token": "t"}, {"token": "t"}),
    ({"headers": '{"X-Api-Key": "k"}'}, {"headers": {"X-Api-Key": "k"}}),
]


@pytest.mark.parametrize(("fields", "expected"), SECRETS)
def test_what_is_secret_becomes_a_secret(fields, expected):
    entry, left_out = one(**fields)
    assert (entry["secrets"], left_out) == (expected, [])
    assert entries.Entry.model_validate(entry)


PARTLY = [
    ({"auth_method": "oauth2-cc"}, "Signing in by oauth2-cc is not possible here."),
    ({"auth_method": "mtls", "tls_ca": "x"}, "Its own certificate authority is not carried over."),
    ({"type": "real-browser"}, "The page is asked for, but not opened in a browser."),
    (
        {"accepted_statuscodes_json": "nonsense"},
        "Its accepted statuses cannot be read; 200-299 are accepted.",
    ),
    (
        {"accepted_statuscodes_json": '["teapot"]'},
        "Its accepted statuses cannot be read; 200-299 are accepted.",
    ),
    ({"headers": "[1"}, "Its headers cannot be read."),
    ({"cache_bust": 1}, "The changing parameter against caches is not added."),
    (
        {"type": "json-query", "json_path": "$count(a)", "expected_value": "1"},
        "The JSON query $count(a) == 1 is not tested here.",
    ),
    ({"timeout": 300}, "timeout: 300 became 120."),
    ({"interval": 200_000}, "check_interval: 200000 became 86400."),
    ({"maxretries": 40}, "failures_to_down: 41 became 20."),
    ({"name": "n" * 300}, "The name was cut to 255 characters."),
    (
        {"type": "port", "hostname": "h", "port": 25, "smtp_security": "starttls"},
        "The port is opened, but TLS is not spoken to it.",
    ),
    (
        {"type": "dns", "hostname": "h.example", "dns_resolve_server": "1.1.1.1,8.8.8.8"},
        "Only the first of 2 DNS servers is asked.",
    ),
    (
        {"type": "dns", "hostname": "h.example", "conditions": '[{"operator": "contains"}]'},
        "Its conditions are not tested here.",
    ),
    (
        {"type": "dns", "hostname": "h.example", "conditions": "["},
        "Its conditions are not tested here.",
    ),
]


@pytest.mark.parametrize(("fields", "said"), PARTLY, ids=[said for _, said in PARTLY])
def test_what_is_carried_over_in_part_says_so(fields, said):
    entry, left_out = one(**fields)
    assert entry is not None
    assert said in left_out


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"type": "docker"}, "Checks of the type docker are not made."),
        ({"type": None}, "Checks of the type None are not made."),
        ({"upside_down": 1}, "It is upside down: up when it fails, which is not possible here."),
    ],
)
def test_what_cannot_be_watched_here_says_so(fields, said):
    assert one(**fields) == (None, [said])


def test_ports_names_and_pushes_have_their_addresses():
    assert one(type="port", hostname="db.example", port=5432)[0]["url"] == "tcp://db.example:5432"
    assert one(type="port", hostname="::1", port=22)[0]["url"] == "tcp://[::1]:22"
    conditions = json.dumps([{"variable": "record", "operator": "equals", "value": "b.example"}])
    entry, left_out = one(
        type="dns", hostname="example.com", dns_resolve_type="CNAME", dns_resolve_server="1.1.1.1",
        port=53, conditions=conditions,
    )  # fmt: skip
    assert (entry["url"], left_out) == ("dns://example.com/CNAME", [])
    assert (
        entry["options"].items() >= {"dns_server": "1.1.1.1", "dns_expected": ["b.example"]}.items()
    )
    other, _ = one(type="dns", hostname="a.example", dns_resolve_server="10.0.0.1", port=5353)
    assert other["options"]["dns_server"] == "10.0.0.1:5353"


def test_a_push_monitor_is_a_heartbeat_that_keeps_its_token_and_patience():
    token = "a" * 32
    entry, left_out = one(
        id=7, type="push", name="Nightly Bäckup!", push_token=token, maxretries=2, interval=3600
    )
    assert entry["url"] == "heartbeat://nightly-backup-7"
    assert entry["options"] == {"failures_to_down": 1, "period_s": 3600, "grace_s": 120}
    assert entry["secrets"] == {"heartbeat_key": token}
    assert left_out == ["Its calls have to go to the address on its page from now on."]
    assert one(type="push", push_token="short")[0]["secrets"] == {}


def test_groups_become_a_path_and_pause_what_is_in_them():
    rows = [
        row(id=1, type="group", name="Europe", active=0),
        row(id=2, type="group", name="Shops", parent=1),
        row(id=3, name="A", parent=2, url="https://a.example/"),
        row(id=4, type="group", name="Loop", parent=5),
        row(id=5, type="group", name="Back", parent=4),
        row(id=6, name="B", parent=4, url="https://b.example/"),
    ]
    a, b = findings(Tables(rows)).websites
    assert (a.entry["group_name"], a.entry["is_active"]) == ("Europe / Shops", False)
    assert (b.entry["group_name"], b.entry["is_active"]) == ("Back / Loop", True)


def test_tags_are_kept_in_order_once_each():
    tables = Tables([row()], {1: ["prod", "team: web, api", "prod", "x" * 60]})
    found = findings(tables).websites[0]
    assert found.entry["tags"] == ["prod", "team: web; api", "x" * 50]
    assert found.left_out == ["The tag was cut to 50 characters."]


def test_a_proxy_is_carried_over_where_it_is_of_a_kind_we_use():
    proxy = {"id": 2, "protocol": "http", "host": "p.example", "port": 3128, "active": 1,
             "auth": 1, "username": "u", "password": "p"}  # fmt: skip
    found = findings(Tables([row(proxy_id=2)], proxies={2: proxy})).websites[0]
    assert found.entry["options"].items() >= {
        "proxy": "http://p.example:3128", "proxy_username": "u",
    }.items()  # fmt: skip
    assert found.entry["secrets"] == {"proxy_password": "p"}
    socks = findings(Tables([row(proxy_id=2)], proxies={2: proxy | {"protocol": "socks5"}}))
    assert socks.websites[0].left_out == ["A proxy of the kind socks5 is not used here."]


def test_two_monitors_of_one_url_are_one_website_and_the_other_is_listed():
    found = findings(Tables([row(), row(id=2, type="keyword", keyword="x", name="Again")]))
    assert len(entries.accepted(found.websites)) == 1
    assert found.websites[1].left_out == ["Its URL is watched already, by monitor 1 Shop."]


def test_what_our_rules_refuse_is_listed_with_the_reason():
    found = findings(Tables([row(url="ftp://shop.example/"), row(id=2, url=None)]))
    assert entries.accepted(found.websites) == []
    assert all("It cannot be watched here: url:" in f.left_out[0] for f in found.websites)


def test_what_else_the_file_holds_is_counted():
    found = findings(Tables([], counts={"notifications": 3, "incidents": 0, "status pages": 1}))
    assert found.left_out == ["Not carried over: notifications: 3, status pages: 1."]


def test_a_record_with_a_priority_is_looked_up_but_not_compared():
    conditions = json.dumps([{"variable": "record", "operator": "equals", "value": "mx.example"}])
    entry, left_out = one(
        type="dns", hostname="a.example", dns_resolve_type="MX", conditions=conditions
    )
    assert "dns_expected" not in entry["options"]
    assert left_out == ["Its conditions are not tested here."]


@pytest.mark.parametrize(
    ("server", "port", "expected"),
    [("::1", 53, "::1"), ("::1", 5353, "[::1]:5353"), ("10.0.0.1", 5353, "10.0.0.1:5353")],
)
def test_a_name_server_is_written_as_the_check_reads_it(server, port, expected):
    entry, _ = one(type="dns", hostname="a.example", dns_resolve_server=server, port=port)
    assert entries.Entry.model_validate(entry).options.dns_server == expected


COLUMNS = [*row(), "headers", "body", "keyword", "hostname", "port", "push_token", "proxy_id",
           "auth_method", "basic_auth_user", "json_path", "dns_resolve_type", "dns_resolve_server",
           "json_path_operator", "ip_family", "http_body_encoding", "description"]  # fmt: skip
TYPES = ["http", "keyword", "json-query", "port", "dns", "push", "group"]
CELLS = st.none() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5)


@given(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(COLUMNS), CELLS, max_size=6))
def test_whatever_a_column_holds_the_monitor_is_carried_over_or_listed(kind, cells):
    found = findings(Tables([row(**cells | {"id": 1, "type": kind})]))
    taken = entries.accepted(found.websites)
    assert all(taken or finding.left_out for finding in found.websites)
