"""Takes one message to a service through Apprise, in a process of its own, and ends.

Apprise loads over a hundred plugins, and some wait without a limit: here neither the weight nor a
wait is anybody else's. Reads {"url", "title", "body"} as JSON on standard input, and writes
{"error"}: null when the service took it. Without a title it only says whether the address is one.
"""

import json
import logging
import sys
import warnings
from typing import Any

LONGEST_ERROR = 500
UNKNOWN = "Apprise does not know this address."


def deliver(parcel: dict[str, Any]) -> str | None:
    """Why it could not be delivered; None when it was."""
    import apprise  # large, and noisy about old modules: the process that asked never sees it

    way = apprise.Apprise()
    if not way.add(parcel["url"]):
        return UNKNOWN
    if "title" not in parcel:
        return None
    capture = apprise.LogCapture(level=logging.INFO, fmt="%(message)s")  # type: ignore[no-untyped-call]
    with capture as said:
        taken = way.notify(title=parcel["title"], body=parcel["body"])
        why = " ".join(said.getvalue().split())[-LONGEST_ERROR:]
    return None if taken else why or "The service did not take it."


def main() -> None:
    """One parcel."""
    warnings.simplefilter("ignore")
    json.dump({"error": deliver(json.load(sys.stdin))}, sys.stdout)


if __name__ == "__main__":
    main()
