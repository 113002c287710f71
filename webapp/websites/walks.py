"""One walk of a check: from the first request through its redirects to a verdict.

Redirects are followed here and not by libcurl, so that each hop has its own phases (libcurl's sums
go wrong when http leads to https) and its own, filtered, connection.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from webapp.websites import answers, certificates
from webapp.websites.evidence import evidence, redacted, shown_url
from webapp.websites.failures import TLS_REASONS, Ending, Failure, Reason, failure_of
from webapp.websites.hops import Facts, Hop, onward_method
from webapp.websites.lanes import Target
from webapp.websites.outcomes import Outcome, Phases
from webapp.websites.urls import led_to


@dataclass(eq=False)
class Walk:
    """A check under way over one family of addresses; `finish` is called with what it found."""

    target: Target
    started_at: datetime
    ends_s: float
    family: str
    finish: Callable[[Outcome], None]
    phases: Phases = field(default_factory=Phases)
    passed: list[dict[str, Any]] = field(default_factory=list)
    certificate: dict[str, Any] | None = None
    failed: Failure | None = None
    last: tuple[Hop, Facts] | None = None

    @property
    def wants_certificate(self) -> bool:
        """Whether the next handshake is to show the certificate."""
        if self.certificate is not None:
            return False
        target = self.target
        if target.options.verify_tls and "certificate" in (target.last_error or ""):
            return True
        return certificates.is_due(target.certificate, self.started_at)

    def see_certificate(self, chain: list[str], verify_result: int, ending: Ending) -> None:
        """Keep what the website's certificate says, with what is wrong with it."""
        problem = certificates.problem_named(verify_result)
        if problem is None and (failure := failure_of(ending)):
            problem = failure.message if failure.reason in TLS_REASONS else None
        self.certificate = certificates.described(chain, problem, self.started_at)

    def first_hop(self) -> Hop:
        """The request that the check begins with."""
        target = self.target
        url = "http" + target.url[len("tcp") :] if target.kind == "tcp" else target.url
        return Hop(target, url, target.options.method)

    def arrive(self, hop: Hop, facts: Facts) -> None:
        """Add the phases of a hop that has ended."""
        phases = self.phases
        phases.dns = _sum(phases.dns, facts.dns)
        phases.connect = _sum(phases.connect, facts.connect)
        phases.tls = _sum(phases.tls, facts.tls)
        phases.ttfb = _sum(phases.ttfb, facts.ttfb)
        phases.total += facts.total
        self.last = (hop, facts)

    def onward(self, location: bytes) -> Hop | None:
        """The request that a redirect leads to, None when it is not to be followed."""
        assert self.last is not None
        hop, facts = self.last
        if not self.target.options.follow_redirects:
            return None
        if len(self.passed) >= self.target.options.maximum_redirects:
            self.failed = Failure(Reason.TOO_MANY_REDIRECTS, "There were too many redirects.")
            return None
        try:
            url = led_to(location)
        except ValueError:
            message = "The redirect leads to an address that cannot be read."
            self.failed = Failure(Reason.OTHER, message)
            return None
        self.passed.append(self._described(hop, facts))
        return Hop(self.target, url, onward_method(hop.method, facts.status))

    def judge(self, ending: Ending) -> Failure | None:
        """What is wrong with how the last hop ended, the pattern aside."""
        assert self.last is not None
        hop, facts = self.last
        failure = self.failed or failure_of(ending)
        if failure is None and self.target.kind == "http":
            failure = answers.objection(self.target.options, hop.answer(facts.status))
        return failure

    def outcome(self, failure: Failure | None) -> Outcome:
        """What the walk found."""
        assert self.last is not None
        hop, facts = self.last
        if failure is not None:
            failure = Failure(failure.reason, self._clean(failure.message))
        return Outcome(
            target=self.target,
            started_at=self.started_at,
            http_status=facts.status,
            phases=self.phases,
            failure=failure,
            warning=None if failure else self._warning(),
            address=facts.address,
            http_version=facts.http_version if facts.status else None,
            size_bytes=hop.size if facts.status else None,
            details=self._details(failure),
            certificate=self.certificate,
        )

    def _warning(self) -> str | None:
        options = self.target.options
        known = self.certificate or self.target.certificate
        ends = certificates.warning(known, options.certificate_days, self.started_at)
        if ends or not options.slow_ms or self.phases.total <= options.slow_ms:
            return ends
        return f"It took {self.phases.total:.0f} ms, more than {options.slow_ms}."

    def _details(self, failure: Failure | None) -> dict[str, Any] | None:
        assert self.last is not None
        hop, facts = self.last
        details: dict[str, Any] = {}
        if self.passed:
            details["hops"] = [*self.passed, self._described(hop, facts)]
        if problem := certificates.problem_named(facts.verify_result):
            details["chain_problem"] = problem
        if failure and facts.status and failure.message != self.target.last_error:
            answer = hop.answer(facts.status)
            details["evidence"] = evidence(answer, self.target.options, self.target.secrets)
        return details or None

    def _described(self, hop: Hop, facts: Facts) -> dict[str, Any]:
        phases = {
            "dns_ms": facts.dns, "connect_ms": facts.connect, "tls_ms": facts.tls,
            "ttfb_ms": facts.ttfb, "transfer_ms": facts.transfer, "total_ms": facts.total,
        }  # fmt: skip
        return {
            "url": shown_url(hop.url, self.target.options, self.target.secrets),
            "method": hop.method,
            "status": facts.status,
            "address": facts.address,
            "http_version": facts.http_version,
            "size_bytes": hop.size,
        } | {name: value and round(value, 3) for name, value in phases.items()}

    def _clean(self, text: str) -> str:
        return redacted(text, self.target.options, self.target.secrets)


def _sum(before: float | None, more: float | None) -> float | None:
    return before if more is None else (before or 0) + more
