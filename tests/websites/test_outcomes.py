"""What a check found."""

from tests.websites.probing import NOW, target
from webapp.websites.failures import Failure, Reason
from webapp.websites.outcomes import Outcome, Phases, both, unmade

WEBSITE = target("http://a.example/")
REFUSED = Failure(Reason.REFUSED, "The connection was refused.")


def found(failure=None, warning=None, **more):
    return Outcome(WEBSITE, NOW, None, Phases(total=3), failure, warning, **more)


def test_its_status_follows_from_failure_and_warning():
    assert found().status == "UP"
    assert found(warning="Slow.").status == "DEGRADED"
    assert found(REFUSED).status == "DOWN"
    assert unmade(WEBSITE, NOW, Failure(Reason.MONITOR, "No files left.")).status == "UNKNOWN"


def test_one_family_that_fails_degrades_and_two_are_down():
    assert both(found(), found()).status == "UP"
    assert both(found(), found(REFUSED)).message == "Over IPv6: The connection was refused."
    assert both(found(REFUSED), found()).message == "Over IPv4: The connection was refused."
    assert both(found(REFUSED), found(REFUSED)).status == "DOWN"
    assert both(found(), found(warning="Slow.")).message == "Slow."


def test_what_is_shown_is_of_the_family_that_answered():
    outcome = both(found(REFUSED), found(address="::1", details={"hops": []}))
    assert outcome.address == "::1"
    assert set(outcome.details) == {"hops", "families"}
