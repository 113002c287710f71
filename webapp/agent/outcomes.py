"""What a server's answer means for the batch that was sent. Pure."""

import json
from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """What to do with the batch now."""

    STORED = "stored"  # let go of it
    SPLIT = "split"  # send less at once; if it is one moment only, set it aside
    ASIDE = "aside"  # it was read, and all of it refused: set it aside
    PLAIN = "plain"  # send it again without compression
    LATER = "later"  # the server has trouble: keep it and wait a little
    BROKEN = "broken"  # the server breaks, perhaps of this very batch: keep it a good while
    DENIED = "denied"  # the token does not do: keep it and wait long
    MISLED = "misled"  # this is not Watchkeeper's API: keep it and wait long


@dataclass(frozen=True)
class Verdict:
    """The outcome, and in one sentence why; `refused` counts the samples that were not taken."""

    outcome: Outcome
    why: str = ""
    refused: int = 0


def judge(status: int, body: bytes, compressed: bool) -> Verdict:
    """What an answer of `status` with `body` means."""
    answer = _read(body)
    if status == 200 or (status == 422 and "refused" in answer):
        return _stored(answer)
    why = f"the server answered {status}: {answer.get('detail') or 'it does not say why'}"
    if status in (401, 403):
        return Verdict(Outcome.DENIED, f"{why} Does the token have the scope write?")
    if status == 415 and compressed:
        return Verdict(Outcome.PLAIN, why)
    if status in (400, 413, 422):
        return Verdict(Outcome.SPLIT, why)
    if status == 500:
        return Verdict(Outcome.BROKEN, why)
    if status in (408, 425, 429) or status > 500:
        return Verdict(Outcome.LATER, why)
    return Verdict(Outcome.MISLED, f"{why} Is --url right?")


def _stored(answer: dict[str, object]) -> Verdict:
    if "accepted" not in answer:
        return Verdict(Outcome.MISLED, "the answer is not Watchkeeper's. Is --url right?")
    refused = answer.get("refused")
    if not isinstance(refused, list) or not refused:
        return Verdict(Outcome.STORED)
    outcome = Outcome.STORED if answer["accepted"] else Outcome.ASIDE
    return Verdict(outcome, _first(refused[0]), len(refused))


def _first(refusal: object) -> str:
    if not isinstance(refusal, dict):
        return str(refusal)
    return f"{refusal.get('field')}: {refusal.get('message')}"


def _read(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
