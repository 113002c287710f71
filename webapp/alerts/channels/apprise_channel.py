"""Send through any of the services that Apprise knows, by its kind of URL."""

import logging

from webapp.alerts.channels.parcels import Outcome, Parcel

LONGEST_ERROR = 500


def send_by_apprise(parcel: Parcel) -> Outcome:
    """Notify the address of the parcel; what Apprise logs is why it failed."""
    import apprise  # large: only who sends by it carries it

    way = apprise.Apprise()
    if not way.add(parcel.url):
        return Outcome("Apprise does not know this address.")
    capture = apprise.LogCapture(level=logging.INFO, fmt="%(message)s")  # type: ignore[no-untyped-call]
    with capture as said:
        taken = way.notify(title=parcel.message.title, body=parcel.message.body)
        why = " ".join(said.getvalue().split())[-LONGEST_ERROR:]
    return Outcome() if taken else Outcome(why or "The service did not take it.")


def is_known(url: str) -> bool:
    """Whether Apprise knows the kind of address and finds all it needs in it."""
    import apprise

    return bool(apprise.Apprise().add(url))
