"""From when until when a rule found a breach."""

from webapp.issues.breaches import Event, Rule, Standing, What, follow
from webapp.issues.kinds import Severity
from webapp.issues.spans import Span, spans_of

WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL


def test_nothing_happened():
    assert spans_of([]) == []


def test_a_span_is_as_bad_as_it_ever_was():
    _, events = follow(
        Standing(), Rule(warning=70, critical=90), [(0, 75), (1, 99), (2, 80), (3, 5)]
    )
    assert spans_of(events) == [Span(0, 3, CRITICAL, 99, 1)]


def test_what_lasts_has_no_end():
    (span,) = spans_of([Event(What.OPENED, 5, WARNING, 75, 75, 5)])
    assert (span.to_ms, span.length_ms(25)) == (None, 20)


def test_what_began_before_is_not_known():
    assert spans_of([Event(What.CLOSED, 5, WARNING, 75, 75, 5)]) == []
