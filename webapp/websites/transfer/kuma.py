"""Monitors of Uptime Kuma as websites of ours. Pure: rows of its tables come in as dicts.

Its tables grew over the years; a column that a file lacks counts as empty, as it does in Kuma.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from webapp.websites.statements import json_statement, status_ranges
from webapp.websites.transfer.findings import (
    COMPARED_RECORDS,
    LONGEST_DESCRIPTION,
    LONGEST_GROUP,
    LONGEST_NAME,
    Finding,
    Findings,
    put_headers,
)
from webapp.websites.transfer.nicknames import nickname

Row = dict[str, Any]
GROUP, PUSH = "group", "push"
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
PUSH_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")
CONTENT_TYPES = {"form": "application/x-www-form-urlencoded", "xml": "text/xml; charset=utf-8"}
JSON_OPERATORS = {"==", "!=", "<", "<=", ">", ">=", "contains"}
FLAGS = {
    "cache_bust": "The changing parameter against caches is not added.",
    "retry_only_on_status_code_failure": "A failed JSON query is checked again like any failure.",
    "domain_expiry_notification": "The end of the domain's registration is not watched.",
}


@dataclass(frozen=True)
class Tables:
    """What was read of a file; `counts` says how much there is of what is not read."""

    monitors: list[Row]
    tags: dict[int, list[str]] = field(default_factory=dict)
    proxies: dict[int, Row] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def findings(tables: Tables) -> Findings:
    """Every monitor that is not a group, and what else the file holds."""
    by_id = {row["id"]: row for row in tables.monitors}
    found = [_monitor(row, by_id, tables) for row in tables.monitors if row["type"] != GROUP]
    others = [f"{name}: {number}" for name, number in tables.counts.items() if number]
    return Findings(found, [f"Not carried over: {', '.join(others)}."] if others else [])


def _monitor(row: Row, by_id: dict[int, Row], tables: Tables) -> Finding:
    finding = Finding(f"monitor {row['id']} {row.get('name') or ''}".strip())
    taker = _TAKERS.get(str(row.get("type")))
    if taker is None:
        return finding.refuse(f"Checks of the type {row.get('type')} are not made.")
    if row.get("upside_down"):
        return finding.refuse("It is upside down: up when it fails, which is not possible here.")
    try:
        finding.entry = _common(finding, row, by_id, tables.tags.get(row["id"], []))
        taker(finding, finding.entry, row, tables)
    except (ValueError, TypeError, OverflowError, AttributeError) as error:
        return finding.refuse(f"A column of it does not hold what it should: {error}.")
    return finding


def _common(finding: Finding, row: Row, by_id: dict[int, Row], tags: list[str]) -> Row:
    above = _groups_above(row, by_id)
    interval = float(row.get("interval") or 60)
    timeout = float(row.get("timeout") or 0)
    entry: Row = {"options": {}, "secrets": {}}
    if name := str(row.get("name") or "").strip():
        entry["name"] = finding.shortened("name", name, LONGEST_NAME)
    if text := str(row.get("description") or "").strip():
        entry["description"] = finding.shortened("description", text, LONGEST_DESCRIPTION)
    if path := " / ".join(str(group.get("name") or group["id"]) for group in reversed(above)):
        entry["group_name"] = finding.shortened("group", path, LONGEST_GROUP)
    entry["tags"] = finding.tags(tags)
    entry["is_active"] = all(one.get("active", 1) for one in [row, *above])
    entry["check_interval"] = finding.bounded("check_interval", interval, 1, 86_400)
    if row["type"] != PUSH:
        patience = timeout if timeout > 0 else interval * 0.8
        entry["timeout"] = finding.bounded("timeout", patience, 1, 120)
    _put_patience(finding, entry["options"], row, interval)
    return entry


def _groups_above(row: Row, by_id: dict[int, Row]) -> list[Row]:
    """The groups around a monitor, the innermost first."""
    found: list[Row] = []
    while (parent := by_id.get(row.get("parent") or 0)) and parent not in found:
        found.append(parent)
        row = parent
    return found


def _put_patience(finding: Finding, options: Row, row: Row, interval: float) -> None:
    retries = int(row.get("maxretries") or 0)
    options["failures_to_down"] = finding.bounded("failures_to_down", retries + 1, 1, 20)
    if retries and row["type"] != PUSH:
        every = float(row.get("retry_interval") or 0) or interval
        options["recheck_s"] = finding.bounded("recheck_s", every, 1, 3600)


def _http(finding: Finding, entry: Row, row: Row, tables: Tables) -> None:
    options = entry["options"]
    entry["url"] = str(row.get("url") or "")
    options["method"] = str(row.get("method") or "GET").upper()
    options["expected_status"] = _statuses(finding, row)
    headers = _headers(finding, row)
    if row.get("body"):
        options["body"] = str(row["body"])
        kind = CONTENT_TYPES.get(row.get("http_body_encoding") or "", "application/json")
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = kind
    put_headers(entry, headers)
    if row.get("ignore_tls"):
        options["verify_tls"] = False
    if not row.get("expiry_notification", 1):
        options["certificate_days"] = 0
    redirects = row.get("maxredirects", 10)
    if redirects == 0:
        options["follow_redirects"] = False
    elif redirects is not None:
        options["maximum_redirects"] = finding.bounded("maximum_redirects", redirects, 0, 20)
    options["ip_version"] = {"ipv4": "4", "ipv6": "6"}.get(row.get("ip_family") or "", "any")
    _put_sign_in(finding, entry, row)
    _put_proxy(finding, entry, tables.proxies.get(row.get("proxy_id") or 0))
    finding.left_out += [text for name, text in FLAGS.items() if row.get(name)]


def _keyword(finding: Finding, entry: Row, row: Row, tables: Tables) -> None:
    _http(finding, entry, row, tables)
    name = "keyword_absent" if row.get("invert_keyword") else "keyword"
    entry["options"][name] = str(row.get("keyword") or "")


def _json_query(finding: Finding, entry: Row, row: Row, tables: Tables) -> None:
    _http(finding, entry, row, tables)
    path, expected = str(row.get("json_path") or "$"), str(row.get("expected_value") or "")
    operator = str(row.get("json_path_operator") or "==")
    is_literal = expected in ("true", "false", "null") or NUMBER.fullmatch(expected)
    value = expected if is_literal and operator != "contains" else json.dumps(expected)
    statement = f"{path} {operator} {value}"
    try:
        if operator not in JSON_OPERATORS or "(" in path:
            raise ValueError
        json_statement(statement)
        entry["options"]["json_assertions"] = [statement]
    except ValueError:
        finding.left_out.append(f"The JSON query {path} {operator} {expected} is not tested here.")


def _real_browser(finding: Finding, entry: Row, row: Row, tables: Tables) -> None:
    _http(finding, entry, row, tables)
    finding.left_out.append("The page is asked for, but not opened in a browser.")


def _port(finding: Finding, entry: Row, row: Row, _tables: Tables) -> None:
    entry["url"] = f"tcp://{_host(row)}:{row.get('port') or ''}"
    if (row.get("smtp_security") or "none") != "none" or row.get("expected_tls_alert"):
        finding.left_out.append("The port is opened, but TLS is not spoken to it.")
    if _conditions(row):
        finding.left_out.append("Its conditions are not tested here.")


def _dns(finding: Finding, entry: Row, row: Row, _tables: Tables) -> None:
    options = entry["options"]
    entry["url"] = f"dns://{row.get('hostname') or ''}/{row.get('dns_resolve_type') or 'A'}"
    servers = [s.strip() for s in str(row.get("dns_resolve_server") or "").split(",") if s.strip()]
    if servers:
        port = row.get("port") or 53
        server = f"[{servers[0]}]" if ":" in servers[0] and port != 53 else servers[0]
        options["dns_server"] = server if port == 53 else f"{server}:{port}"
    if len(servers) > 1:
        finding.left_out.append(f"Only the first of {len(servers)} DNS servers is asked.")
    conditions = _conditions(row)
    equals = [c.get("value") for c in conditions if c.get("operator") == "equals"]
    is_comparable = (row.get("dns_resolve_type") or "A") in COMPARED_RECORDS
    if len(conditions) == 1 and equals and is_comparable:
        options["dns_expected"] = [str(equals[0])]
    elif conditions:
        finding.left_out.append("Its conditions are not tested here.")


def _push(finding: Finding, entry: Row, row: Row, _tables: Tables) -> None:
    """A push monitor waits for its period, and then for as many retries as it may take."""
    options, interval = entry["options"], float(row.get("interval") or 60)
    name = nickname(str(row.get("name") or ""), "push")
    entry["url"] = f"heartbeat://{name}-{row['id']}"
    retries = int(row.get("maxretries") or 0)
    grace = retries * (float(row.get("retry_interval") or 0) or interval)
    options["period_s"] = finding.bounded("period_s", interval, 1, 366 * 86_400)
    options["grace_s"] = finding.bounded("grace_s", max(grace, 1), 1, 31 * 86_400)
    options["failures_to_down"] = 1
    if PUSH_TOKEN.fullmatch(row.get("push_token") or ""):
        entry["secrets"]["heartbeat_key"] = row["push_token"]
    finding.left_out.append("Its calls have to go to the address on its page from now on.")


def _statuses(finding: Finding, row: Row) -> str:
    try:
        given = json.loads(row.get("accepted_statuscodes_json") or '["200-299"]')
        text = ",".join(str(part) for part in given)
        status_ranges(text)
    except (ValueError, TypeError):
        finding.left_out.append("Its accepted statuses cannot be read; 200-299 are accepted.")
        return "200-299"
    return text


def _headers(finding: Finding, row: Row) -> dict[str, str]:
    try:
        given = json.loads(row.get("headers") or "{}")
        return {str(name): str(text) for name, text in dict(given).items()}
    except (ValueError, TypeError):
        finding.left_out.append("Its headers cannot be read.")
        return {}


def _put_sign_in(finding: Finding, entry: Row, row: Row) -> None:
    options, secrets = entry["options"], entry["secrets"]
    method = row.get("auth_method") or ("basic" if row.get("basic_auth_user") else "")
    if method == "basic":
        options |= {"authentication": "basic", "username": str(row.get("basic_auth_user") or "")}
        secrets["password"] = str(row.get("basic_auth_pass") or "")
    elif method == "bearer":
        options["authentication"] = "bearer"
        secrets["token"] = str(row.get("bearer_token") or "")
    elif method == "mtls":
        secrets["client_certificate"] = str(row.get("tls_cert") or "")
        secrets["client_key"] = str(row.get("tls_key") or "")
        if row.get("tls_ca"):
            finding.left_out.append("Its own certificate authority is not carried over.")
    elif method:
        finding.left_out.append(f"Signing in by {method} is not possible here.")


def _put_proxy(finding: Finding, entry: Row, proxy: Row | None) -> None:
    if proxy is None or not proxy.get("active", 1):
        return
    if proxy.get("protocol") not in ("http", "https"):
        finding.left_out.append(f"A proxy of the kind {proxy.get('protocol')} is not used here.")
        return
    entry["options"]["proxy"] = f"{proxy['protocol']}://{proxy.get('host')}:{proxy.get('port')}"
    if proxy.get("auth"):
        entry["options"]["proxy_username"] = str(proxy.get("username") or "")
        entry["secrets"]["proxy_password"] = str(proxy.get("password") or "")


def _conditions(row: Row) -> list[Row]:
    try:
        found = json.loads(row.get("conditions") or "[]")
    except ValueError:
        return [{}]
    return [c for c in found if isinstance(c, dict)] if isinstance(found, list) else [{}]


def _host(row: Row) -> str:
    host = str(row.get("hostname") or "")
    return f"[{host}]" if ":" in host else host


Taker = Callable[[Finding, Row, Row, Tables], None]
_TAKERS: dict[str, Taker] = {
    "http": _http, "keyword": _keyword, "json-query": _json_query, "real-browser": _real_browser,
    "port": _port, "dns": _dns, PUSH: _push,
}  # fmt: skip
