"""A Gatus configuration becomes websites, and what does not is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.websites.transfer import document, entries, gatus
from webapp.websites.transfer.document import Unreadable

FULL = """
x-defaults: &defaults
  interval: 30s
  client: {timeout: 5s, insecure: true, ignore-redirect: true}
alerting: {slack: {webhook-url: "https://hooks.example/x"}}
endpoints:
- name: Front
  group: shop
  url: https://shop.example/
  <<: *defaults
  method: post
  body: '{"a": 1}'
  headers: {Accept: text/html, Authorization: "Bearer $${x}", X-Team: a}
  conditions: ["[STATUS] == 200", "[IP] == 10.0.0.1"]
  alerts: [{type: slack, failure-threshold: 5}, {type: email, success-threshold: 4}]
  extra-labels: {team: web}
  maintenance-windows: [{start: "01:00"}]
- name: Resolver
  url: 8.8.8.8
  dns: {query-name: example.com, query-type: CNAME}
  conditions: ["[BODY] == b.example", "[DNS_RCODE] == NOERROR"]
- {name: Database, url: "tcp://db.example:5432", enabled: false, conditions: []}
- {name: Ping, url: "icmp://10.0.0.1", conditions: ["[CONNECTED] == true"]}
- {name: Graph, url: "https://api.example/graphql", graphql: true, body: "{ a }", conditions: []}
external-endpoints:
- {name: Nightly Backup, group: jobs, token: secret, heartbeat: {interval: 25h}}
"""


@pytest.fixture
def found():
    return gatus.findings(document.load(FULL))


def entry_called(found, name):
    return next(f.entry for f in found.websites if f.entry and f.entry.get("name") == name)


def test_every_endpoint_is_in_the_answer_carried_over_or_not(found):
    assert [(f.source, f.entry is None) for f in found.websites] == [
        ("endpoints[0] Front", False),
        ("endpoints[1] Resolver", False),
        ("endpoints[2] Database", False),
        ("endpoints[3] Ping", True),
        ("endpoints[4] Graph", False),
        ("external-endpoints[0] Nightly Backup", False),
    ]


def test_an_endpoint_carries_its_request_and_what_it_expects(found):
    entry = entry_called(found, "Front")
    assert entry["options"] == {
        "method": "POST", "body": '{"a": 1}', "verify_tls": False, "follow_redirects": False,
        "headers": {"Accept": "text/html", "X-Team": "a"}, "expected_status": "200",
        "failures_to_down": 3, "successes_to_up": 2,
    }  # fmt: skip
    assert entry["secrets"] == {"headers": {"Authorization": "Bearer ${x}"}}
    assert (entry["check_interval"], entry["timeout"]) == (30, 5)
    assert (entry["group_name"], entry["tags"]) == ("shop", ["team: web"])


def test_what_is_not_carried_over_is_said_of_each(found):
    front, _, _, ping, *_ = found.websites
    assert front.left_out == [
        "The condition [IP] == 10.0.0.1 cannot be tested here.",
        "Its alerts are not carried over, but how often it may fail is.",
        "Not carried over: maintenance-windows.",
    ]
    assert ping.left_out == ["Checks of icmp are not made."]
    assert found.left_out == ["Not carried over: the channels of alerts."]


def test_the_other_kinds_have_their_addresses(found):
    assert entry_called(found, "Resolver")["url"] == "dns://example.com/CNAME"
    assert entry_called(found, "Resolver")["options"] == {
        "dns_server": "8.8.8.8",
        "dns_expected": ["b.example"],
    }
    assert entry_called(found, "Database")["url"] == "tcp://db.example:5432"
    assert entry_called(found, "Database")["is_active"] is False
    assert entry_called(found, "Graph")["options"]["body"] == '{"query": "{ a }"}'
    beat = entry_called(found, "Nightly Backup")
    assert (beat["url"], beat["options"]) == (
        "heartbeat://nightly-backup",
        {"period_s": 90_000},
    )


def test_all_that_is_carried_over_is_accepted(found):
    assert len(entries.accepted(found.websites)) == 5


def test_what_comes_from_the_environment_is_left_out_and_listed():
    value = document.load("""
endpoints:
- {name: A, url: "https://${HOST}/", conditions: ["[STATUS] == 200"]}
- name: B
  url: https://b.example/$$x
  headers: {X-Api-Key: $KEY, Accept: a}
  conditions: ["[STATUS] == 200", "[BODY] == ${WORD}"]
""")
    one, two = gatus.findings(value).websites
    assert one.entry is None
    assert one.left_out == [
        "url needs ${HOST} of Gatus's environment: enter it here.",
        "Its URL is not known here.",
    ]
    assert two.entry["url"] == "https://b.example/$x"
    assert two.entry["options"]["headers"] == {"Accept": "a"}
    assert two.left_out == [
        "headers.X-Api-Key needs $KEY of Gatus's environment: enter it here.",
        "conditions[1] needs ${WORD} of Gatus's environment: enter it here.",
    ]


def test_a_record_with_a_priority_is_looked_up_but_not_compared():
    value = document.load("""
endpoints:
- {url: 1.1.1.1, dns: {query-name: a.example, query-type: MX}, conditions: ["[BODY] == mx.example"]}
""")
    found = gatus.findings(value).websites[0]
    assert found.entry["options"] == {"dns_server": "1.1.1.1"}
    assert found.left_out == ["What the MX record should be is not compared here."]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "document"), ("[]", "document"), ("a: 1", "endpoints"),
        ("endpoints: {a: 1}", "endpoints"), ("endpoints: [x]", "endpoints[0]"),
        ("external-endpoints: [1]", "external-endpoints[0]"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_refused_at_its_place(text, path):
    with pytest.raises(Unreadable) as refused:
        gatus.findings(document.load(text))
    assert refused.value.complaints[0].path == path


def test_odd_values_are_no_reason_to_fail():
    value = document.load("""
endpoints:
- {name: 5, url: 7, conditions: x, headers: [], client: 3, alerts: [null], interval: never}
- {url: "https://a.example/", conditions: 5, headers: 2, alerts: {a: 1}, extra-labels: 1}
- {url: "https://b.example/", dns: {query-type: A}}
""")
    found = gatus.findings(value)
    assert len(found.websites) == 3
    assert [e.url for e in entries.accepted(found.websites)] == ["https://a.example/"]


NAMES = ["name", "group", "url", "enabled", "interval", "conditions", "method", "headers", "body",
         "graphql", "dns", "client", "alerts", "extra-labels", "timeout", "query-name",
         "query-type", "heartbeat", "failure-threshold", "proxy-url"]  # fmt: skip
TEXTS = st.sampled_from(["https://a.example", "tcp://a:1", "[BODY] == pat(*a*)", "5s", "A", "$x"])
CELLS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)
ENDPOINTS = st.lists(st.dictionaries(st.sampled_from(NAMES), CELLS), min_size=1, max_size=2)


@given(ENDPOINTS, ENDPOINTS)
def test_whatever_an_endpoint_holds_it_is_carried_over_or_listed(inner, outer):
    found = gatus.findings({"endpoints": inner, "external-endpoints": outer})
    taken = len(entries.accepted(found.websites))
    assert len(found.websites) == len(inner) + len(outer)
    assert taken + len([f for f in found.websites if f.left_out]) >= len(found.websites)
