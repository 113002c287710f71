"""A Gatus configuration as websites of ours. Pure.

Gatus replaces $NAME and ${NAME} by its own environment, which is not here: what holds such a name
is left out and listed.
"""

import json
import re
from typing import Any

from webapp.websites.transfer.conditions import expectations
from webapp.websites.transfer.document import Complaint, Unreadable
from webapp.websites.transfer.durations import seconds
from webapp.websites.transfer.findings import (
    COMPARED_RECORDS,
    LONGEST_GROUP,
    LONGEST_NAME,
    Finding,
    Findings,
    put_headers,
)
from webapp.websites.transfer.nicknames import nickname

VARIABLE = re.compile(r"\$(?:\$|\{[^}]*\}|[A-Za-z_]\w*)")
KINDS = {"http": "http", "https": "http", "tcp": "tcp", "tls": "tcp"}
TIMEOUT_S = 10.0
FAILURES, SUCCESSES = 3, 2  # Gatus's own, for an endpoint with alerts
CARRIED = {
    "name", "group", "url", "enabled", "interval", "conditions", "method", "headers", "body",
    "graphql", "dns", "client", "alerts", "extra-labels", "ui",
}  # fmt: skip
CARRIED_OF_CLIENT = {"timeout", "insecure", "ignore-redirect", "proxy-url", "network"}
OTHER_SECTIONS = {
    "alerting": "the channels of alerts", "suites": "suites", "maintenance": "maintenance windows",
    "announcements": "announcements", "remote": "remote instances", "tunneling": "tunnels",
    "security": "its sign-in", "connectivity": "its own connectivity check",
}  # fmt: skip


def findings(configuration: Any) -> Findings:
    """The endpoints of a configuration; `Unreadable` when it is not one."""
    if not isinstance(configuration, dict):
        raise Unreadable([Complaint("document", "A Gatus configuration is a mapping.")])
    found = [_endpoint(n, e) for n, e in enumerate(_list_of(configuration, "endpoints"))]
    outer = _list_of(configuration, "external-endpoints")
    found += [_external(number, endpoint) for number, endpoint in enumerate(outer)]
    if not found:
        raise Unreadable([Complaint("endpoints", "There are no endpoints in this file.")])
    others = [text for name, text in OTHER_SECTIONS.items() if configuration.get(name)]
    return Findings(found, [f"Not carried over: {', '.join(others)}."] if others else [])


def _list_of(configuration: dict[str, Any], name: str) -> list[dict[str, Any]]:
    items = configuration.get(name) or []
    if not isinstance(items, list):
        raise Unreadable([Complaint(name, "This should be a list.")])
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise Unreadable([Complaint(f"{name}[{index}]", "This should be a mapping.")])
    return items


def _endpoint(index: int, written: dict[str, Any]) -> Finding:
    finding = Finding(f"endpoints[{index}] {written.get('name') or ''}".strip())
    endpoint = _without_variables(written, "", finding.left_out)
    url = str(endpoint.get("url") or "")
    if not url:
        return finding.refuse("Its URL is not known here.")
    dns = _mapping(endpoint, "dns")
    scheme = url.partition("://")[0]
    kind = "dns" if dns else KINDS.get(scheme, "")
    if not kind or endpoint.get("ssh"):
        return finding.refuse(f"Checks of {'ssh' if endpoint.get('ssh') else scheme} are not made.")
    address = f"dns://{dns.get('query-name', '')}/{dns.get('query-type', '')}" if dns else url
    finding.entry = _common(finding, endpoint) | {"url": address.replace("tls://", "tcp://")}
    if scheme == "tls":
        finding.left_out.append("The port is opened, but TLS is not spoken to it.")
    if kind == "http":
        _put_request(finding, endpoint)
    elif dns:
        finding.entry["options"]["dns_server"] = url.removeprefix("dns://")
    _put_conditions(finding, endpoint, kind)
    _list_the_rest(finding, endpoint)
    return finding


def _external(index: int, written: dict[str, Any]) -> Finding:
    """An endpoint that reports itself: a heartbeat here."""
    finding = Finding(f"external-endpoints[{index}] {written.get('name') or ''}".strip())
    endpoint = _without_variables(written, "", finding.left_out)
    interval = seconds(_mapping(endpoint, "heartbeat").get("interval"))
    finding.entry = _common(finding, endpoint) | {
        "url": f"heartbeat://{nickname(str(endpoint.get('name') or ''), f'gatus-{index}')}"
    }
    if interval:
        options = finding.entry["options"]
        options["period_s"] = finding.bounded("period_s", interval, 1, 366 * 86_400)
    else:
        finding.left_out.append("It had no period; one call a day is expected now.")
    finding.left_out.append("Its calls have to go to the address on its page from now on.")
    if endpoint.get("alerts"):
        finding.left_out.append("Its alerts are not carried over.")
    return finding


def _common(finding: Finding, endpoint: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"options": {}, "secrets": {}}
    if name := endpoint.get("name"):
        entry["name"] = finding.shortened("name", str(name), LONGEST_NAME)
    if group := endpoint.get("group"):
        entry["group_name"] = finding.shortened("group", str(group), LONGEST_GROUP)
    labels = _mapping(endpoint, "extra-labels").items()
    entry["tags"] = finding.tags(f"{name}: {text}" for name, text in labels)
    entry["is_active"] = endpoint.get("enabled") is not False
    return entry


def _put_request(finding: Finding, endpoint: dict[str, Any]) -> None:
    entry, client = finding.entry or {}, _mapping(endpoint, "client")
    options = entry["options"]
    headers = {str(k): str(v) for k, v in _mapping(endpoint, "headers").items()}
    body = endpoint.get("body")
    if endpoint.get("graphql"):
        body = json.dumps({"query": body or ""})
        headers = {"Content-Type": "application/json"} | headers
    options |= {"method": str(endpoint.get("method") or "GET").upper()}
    options |= {"body": str(body)} if body else {}
    options |= {"verify_tls": False} if client.get("insecure") else {}
    options |= {"follow_redirects": False} if client.get("ignore-redirect") else {}
    options |= {"proxy": str(client["proxy-url"])} if client.get("proxy-url") else {}
    put_headers(entry, headers)


def _put_conditions(finding: Finding, endpoint: dict[str, Any], kind: str) -> None:
    entry, client = finding.entry or {}, _mapping(endpoint, "client")
    interval = seconds(endpoint.get("interval")) or 60.0
    timeout = seconds(client.get("timeout")) or TIMEOUT_S
    entry["check_interval"] = finding.bounded("check_interval", interval, 1, 86_400)
    entry["timeout"] = finding.bounded("timeout", timeout, 1, 120)
    conditions = endpoint.get("conditions") or []
    written = [str(c) for c in conditions] if isinstance(conditions, list) else []
    options, left_out = expectations(written, kind)
    record = str(_mapping(endpoint, "dns").get("query-type")).upper()
    if record not in COMPARED_RECORDS and options.pop("dns_expected", None):
        left_out.append(f"What the {record} record should be is not compared here.")
    entry["options"] |= options
    finding.left_out += left_out


def _list_the_rest(finding: Finding, endpoint: dict[str, Any]) -> None:
    given = endpoint.get("alerts")
    alerts = [a for a in given if isinstance(a, dict)] if isinstance(given, list) else []
    if alerts and finding.entry:
        finding.left_out.append("Its alerts are not carried over, but how often it may fail is.")
        options = finding.entry["options"]
        options["failures_to_down"] = _threshold(alerts, "failure-threshold", FAILURES)
        options["successes_to_up"] = _threshold(alerts, "success-threshold", SUCCESSES)
    others = sorted(set(endpoint) - CARRIED)
    others += [f"client.{n}" for n in sorted(set(_mapping(endpoint, "client")) - CARRIED_OF_CLIENT)]
    if others:
        finding.left_out.append(f"Not carried over: {', '.join(others)}.")


def _threshold(alerts: list[dict[str, Any]], name: str, otherwise: int) -> int:
    given = [alert.get(name) for alert in alerts]
    numbers = [n if isinstance(n, int) and n > 0 else otherwise for n in given]
    return min(min(numbers), 20)


def _mapping(endpoint: dict[str, Any], name: str) -> dict[str, Any]:
    found = endpoint.get(name)
    return found if isinstance(found, dict) else {}


def _without_variables(value: Any, path: str, left_out: list[str]) -> Any:
    """`value` without what Gatus would read from its environment; each is listed."""
    if isinstance(value, dict):
        pairs = ((k, f"{path}.{k}" if path else str(k), v) for k, v in value.items())
        return {
            k: _without_variables(v, p, left_out) for k, p, v in pairs if _known(v, p, left_out)
        }
    if isinstance(value, list):
        places = ((f"{path}[{n}]", v) for n, v in enumerate(value))
        return [_without_variables(v, p, left_out) for p, v in places if _known(v, p, left_out)]
    return value.replace("$$", "$") if isinstance(value, str) else value


def _known(value: Any, path: str, left_out: list[str]) -> bool:
    names = [n for n in VARIABLE.findall(value) if n != "$$"] if isinstance(value, str) else []
    if names:
        names = sorted(set(names))
        left_out.append(f"{path} needs {', '.join(names)} of Gatus's environment: enter it here.")
    return not names
