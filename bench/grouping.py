"""How well fingerprints hold together what a person would: pairwise precision and recall.

The texts in tests/issues/corpus were collected by running real programs, and labelled by hand with
their cause before anything was tuned. The part "held out" was not looked at while tuning. Of all
pairs of texts that got one fingerprint, precision is the share that has one cause; of all pairs
that have one cause, recall is the share that got one fingerprint. MISTAKES=1 prints each mistake.
"""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from bench.product import report
from webapp.issues.fingerprints import keys_of
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.occurrences import Occurrence
from webapp.issues.scrubbing import scrub

CORPUS = Path(__file__).parents[1] / "tests" / "issues" / "corpus"
PARTS = ("tuned", "held_out", "fresh")
LOWEST = 0.95
ROUNDS = 20


class Score(NamedTuple):
    """Shares from 0 to 1, of pairs."""

    precision: float
    recall: float


class Text(NamedTuple):
    """One text of the corpus, with its cause and the fingerprint that it got."""

    cause: str
    fingerprint: str
    occurrence: Occurrence


def main() -> None:
    """Both parts, each alone, and what a fingerprint costs."""
    for part in PARTS:
        texts = grouped(part)
        causes = len({text.cause for text in texts})
        print(f"{part}: {len(texts)} texts of {causes} causes")
        score = score_of(texts)
        report(f"{part}: pairwise precision", score.precision, "of 1", LOWEST)
        report(f"{part}: pairwise recall", score.recall, "of 1", LOWEST)
        if os.environ.get("MISTAKES"):
            print("\n".join(mistakes(texts)))
    report("scrubbing and keys of a text", cost_ms(), "ms", 1)


def grouped(part: str) -> list[Text]:
    """The texts of a part, each scrubbed and given its fingerprint as any occurrence is."""
    rows: list[dict[str, Any]] = []
    for path in sorted(CORPUS.glob(f"{part}_*.json")):
        rows += json.loads(path.read_text(encoding="utf-8"))
    return [_text(row) for row in rows]


def _text(row: dict[str, Any]) -> Text:
    occurrence = Occurrence(
        IssueKind.OPERATIONAL,
        row["task"],
        row["name"],
        scrub(row["message"]),
        Severity.ERROR,
        datetime(2026, 1, 1, tzinfo=UTC),
        traceback=scrub(row["traceback"]),
    )
    return Text(row["cause"], keys_of(occurrence).current.fingerprint, occurrence)


def score_of(texts: Iterable[Text]) -> Score:
    """Pairwise precision and recall."""
    both, causes, groups = Counter[tuple[str, str]](), Counter[str](), Counter[str]()
    for text in texts:
        both[text.cause, text.fingerprint] += 1
        causes[text.cause] += 1
        groups[text.fingerprint] += 1
    right = _pairs(both.values())
    return Score(right / _pairs(groups.values()), right / _pairs(causes.values()))


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def mistakes(texts: list[Text]) -> list[str]:
    """Each cause that was taken apart, and each group that has several causes, in words."""
    by_cause: dict[str, dict[str, Text]] = defaultdict(dict)
    by_group: dict[str, dict[str, Text]] = defaultdict(dict)
    for text in texts:
        by_cause[text.cause].setdefault(text.fingerprint, text)
        by_group[text.fingerprint].setdefault(text.cause, text)
    found = []
    for cause, groups in by_cause.items():
        if len(groups) > 1:
            found += [f"APART: {cause}", *(f"    {_made_of(text)}" for text in groups.values())]
    for causes in by_group.values():
        if len(causes) > 1:
            found.append(f"TOGETHER: {' + '.join(causes)}")
            found.append(f"    {_made_of(next(iter(causes.values())))}")
    return found


def _made_of(text: Text) -> str:
    return str([part[1] for part in keys_of(text.occurrence).current.made_of["parts"]])


def cost_ms() -> float:
    """Milliseconds for one text of the corpus, on average, nothing remembered."""
    texts = [text.occurrence for part in PARTS for text in grouped(part)]
    started = perf_counter()
    for number in range(ROUNDS):
        for each in texts:
            keys_of(_another(each, number))
    return (perf_counter() - started) * 1000 / ROUNDS / len(texts)


def _another(occurrence: Occurrence, number: int) -> Occurrence:
    """The same trouble in other words, so that no cache knows it."""
    message = scrub(f"{occurrence.message} {number}")
    traceback = scrub(f"{occurrence.traceback} {number}") if occurrence.traceback else None
    return replace(occurrence, message=message, traceback=traceback)
