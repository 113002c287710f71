"""One check, from start to outcome."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from webapp.websites.lanes import Target
from webapp.websites.options import DEFAULT_OPTIONS, NO_SECRETS, CheckOptions, CheckSecrets
from webapp.websites.outcomes import Outcome
from webapp.websites.probe import Probe
from webapp.websites.urls import kind_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def target(
    url: str,
    options: CheckOptions = DEFAULT_OPTIONS,
    secrets: CheckSecrets = NO_SECRETS,
    timeout_s: int = 5,
    **known: Any,
) -> Target:
    """A website as a shift would have claimed it."""
    return Target(
        1, url, url, timeout_s, NOW, NOW, kind_of(url), options=options, secrets=secrets, **known
    )


def checked(
    url: str,
    options: CheckOptions = DEFAULT_OPTIONS,
    secrets: CheckSecrets = NO_SECRETS,
    *,
    ca_file: Path | None = None,
    private_allowed: bool = True,
    **known: Any,
) -> Outcome:
    """What one check finds."""
    probe = Probe(private_allowed=private_allowed, ca_file=str(ca_file) if ca_file else None)
    try:
        probe.start(target(url, options, secrets, **known))
        found: list[Outcome] = []
        while not found:
            found = probe.run(15)
            assert found, "the check did not end"
        assert probe.in_flight() == []
        return found[0]
    finally:
        probe.close()


def reason(outcome: Outcome) -> str | None:
    """Why it failed."""
    return outcome.failure.reason.value if outcome.failure else None
