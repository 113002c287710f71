"""Record what was measured, and of which host."""

import math
from collections.abc import Sequence

from webapp.core.problems import FieldError, invalid
from webapp.metrics import recording
from webapp.metrics.hosts import note_host as note_host
from webapp.metrics.hosts import note_processes as note_processes
from webapp.metrics.readings import Sample


def record_samples(samples: Sequence[Sample]) -> int:
    """Store `samples`, making the series that are new; return how many were not there yet.

    A sample of a series and moment that is already stored changes nothing. A value that is not a
    finite number is refused, and nothing is stored then.
    """
    _refuse_what_is_no_number(samples)
    return recording.record(samples).new if samples else 0


def _refuse_what_is_no_number(samples: Sequence[Sample]) -> None:
    wrong = [i for i, sample in enumerate(samples) if not math.isfinite(sample.value)]
    if wrong:
        raise invalid(*(FieldError(f"{i}.value", "Send a finite number.") for i in wrong))
