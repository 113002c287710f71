"""The parts of the judge: what each reads, how often at the latest, and which bells wake it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from webapp.core.labour import JOB_FAILED
from webapp.issues.judging_certificates import judge_certificates
from webapp.issues.judging_disks import judge_disks
from webapp.issues.judging_hosts import judge_silence, judge_sources
from webapp.issues.judging_jobs import judge_jobs
from webapp.issues.judging_metrics import judge_metrics
from webapp.issues.judging_ourselves import judge_ourselves
from webapp.issues.judging_websites import judge_websites
from webapp.issues.keeping_watch import keep_watch
from webapp.issues.missing import judge_missing
from webapp.issues.receiving import BELL, digest_received
from webapp.issues.recovering import wake_what_lasts
from webapp.metrics import watched
from webapp.metrics.listening import HOSTS
from webapp.websites.downtimes import DOWNTIMES

IsOver = Callable[[], bool]
Run = Callable[[datetime, IsOver], int]

RECEIVED, METRICS = BELL, watched.BELL  # the name of a part is the bell that wakes it


@dataclass(frozen=True)
class Part:
    """One sort of facts: `run(now, is_over)` judges what is new, and says how much that was.

    It flushes and may commit; it ends early, at a point where it can go on later, once `is_over()`.
    A part that is `told_by_rows` runs only when its facts wait as rows, for which all such parts
    together cost one statement.
    """

    name: str
    run: Run
    every_s: float
    told_by_rows: bool = False


def parts() -> tuple[Part, ...]:
    """All of them, in the order in which they run."""
    return (
        Part(RECEIVED, digest_received, 1.0, True),
        Part(METRICS, judge_metrics, 1.0, True),
        Part("rules", _all(keep_watch), 5.0),
        Part("missing", _all(judge_missing), 15.0),
        Part(DOWNTIMES, _all(judge_websites), 10.0),
        Part(HOSTS, _all(judge_silence), 10.0),
        Part(JOB_FAILED, _all(judge_jobs), 10.0),
        Part("ourselves", _all(judge_ourselves), 5.0),
        Part("sources", _all(judge_sources), 15.0),
        Part("lasting", _all(wake_what_lasts), 30.0),
        Part("disks", _all(judge_disks), 60.0),
        Part("certificates", _all(judge_certificates), 300.0),
    )


def _all(verb: Callable[[datetime], int]) -> Run:
    """A part that is quick enough never to be asked to end early."""
    return lambda now, _is_over: verb(now)
