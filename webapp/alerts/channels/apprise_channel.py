"""Send through any of the services that Apprise knows, by its kind of URL."""

import json
import subprocess
import sys
from typing import Any

from webapp.alerts.channels.parcels import Outcome, Parcel

TIMEOUT_S = 30
LOOK_S = 20


def send_by_apprise(parcel: Parcel) -> Outcome:
    """Notify the address of the parcel; what Apprise logs is why it failed."""
    given = {"url": parcel.url, "title": parcel.message.title, "body": parcel.message.body}
    try:
        return Outcome(_ask_courier(given, TIMEOUT_S))
    except subprocess.TimeoutExpired:
        return Outcome(f"It did not answer within {TIMEOUT_S} s.", is_certain=False)


def is_known(url: str) -> bool:
    """Whether Apprise knows the kind of address and finds all it needs in it."""
    return _ask_courier({"url": url}, LOOK_S) is None


def _ask_courier(given: dict[str, Any], timeout_s: float) -> str | None:
    """What the process that carries it says; the address goes by its input, for none to see."""
    done = subprocess.run(
        [sys.executable, "-m", "webapp.courier"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    if done.returncode:
        return f"The courier failed: {done.stderr.strip().splitlines()[-1:] or done.returncode}"
    error: str | None = json.loads(done.stdout)["error"]
    return error
