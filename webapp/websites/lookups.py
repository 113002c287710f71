"""Checks of DNS records: one question to a name server, never answered from a cache."""

import time
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from webapp.core.addresses import refusal
from webapp.websites.failures import Failure, Reason
from webapp.websites.lanes import Target
from webapp.websites.options import dns_address
from webapp.websites.outcomes import Outcome, Phases, unmade

ANSWERS_KEPT = 20
LONGEST_ANSWER = 300


def look_up(target: Target, now: datetime, private_allowed: bool) -> Outcome:
    """Ask for the record that `dns://name/TYPE` names, and see that it holds what is expected."""
    try:
        resolver = _resolver(target)
    except (dns.exception.DNSException, OSError) as error:
        return unmade(target, now, Failure(Reason.MONITOR, f"There is no name server: {error}."))
    named = target.options.dns_server and dns_address(target.options.dns_server)[0]
    if named and (why := refusal(named, private_allowed=private_allowed)):
        return unmade(target, now, Failure(Reason.ADDRESS_REFUSED, f"Not allowed: {why}."))
    began_s = time.perf_counter()
    found, failure = _ask(resolver, target)
    took_ms = (time.perf_counter() - began_s) * 1000
    return Outcome(
        target=target,
        started_at=now,
        http_status=None,
        phases=Phases(dns=None if failure else took_ms, total=took_ms),
        failure=failure or _objection(found, target.options.dns_expected),
        warning=_slow(took_ms, target.options.slow_ms),
        address=named or None,
        details={"answers": found} if found else None,
    )


def _resolver(target: Target) -> dns.resolver.Resolver:
    server = target.options.dns_server
    resolver = dns.resolver.Resolver(configure=server is None)
    if server is not None:
        address, port = dns_address(server)
        resolver.nameservers, resolver.port = [address], port
    return resolver


def _ask(resolver: dns.resolver.Resolver, target: Target) -> tuple[list[str], Failure | None]:
    record = urlsplit(target.url).path.strip("/")
    try:
        answer = resolver.resolve(_name(target.url, record), record, lifetime=target.timeout_s)
        found = sorted(item.to_text()[:LONGEST_ANSWER] for item in answer)
    except dns.resolver.NXDOMAIN:
        return [], Failure(Reason.DNS, "The name does not exist.")
    except dns.resolver.NoAnswer:
        return [], Failure(Reason.DNS, f"The name has no {record} record.")
    except dns.exception.Timeout:
        return [], Failure(Reason.DNS, "The name server did not answer in time.")
    except (dns.exception.DNSException, OSError, ValueError) as error:
        return [], Failure(Reason.DNS, f"The name server failed: {str(error)[:200].rstrip('.')}.")
    return found[:ANSWERS_KEPT], None


def _name(url: str, record: str) -> dns.name.Name:
    host = urlsplit(url).hostname or ""
    try:
        return dns.reversename.from_address(str(ip_address(host)))
    except ValueError:
        return dns.name.from_text(host)


def _objection(found: list[str], expected: list[str]) -> Failure | None:
    known = {_plain(answer) for answer in found}
    missing = [text for text in expected if _plain(text) not in known]
    if not missing:
        return None
    return Failure(
        Reason.DNS_ANSWER, f"The answer lacks {', '.join(missing)}; it is {', '.join(found)}."[:500]
    )


def _plain(text: str) -> str:
    return " ".join(part.rstrip(".").strip('"') for part in text.lower().split())


def _slow(took_ms: float, slow_ms: int | None) -> str | None:
    if not slow_ms or took_ms <= slow_ms:
        return None
    return f"It took {took_ms:.0f} ms, more than {slow_ms}."
