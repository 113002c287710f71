"""`python -m webapp.agent`: measure this machine until SIGTERM or SIGINT."""

import gc
import logging
import os
import signal
import sys
from collections.abc import Sequence

from webapp.agent.loop import run
from webapp.agent.options import BadOption, Options, read_options
from webapp.agent.spool import SpoolInUse
from webapp.metrics import system

ENDS = {signal.SIGTERM, signal.SIGINT}
log = logging.getLogger("webapp.agent")


def main(arguments: Sequence[str]) -> int:
    """Run the agent; the exit code."""
    try:
        options = read_options(arguments, os.environ, system.host_name())
    except BadOption as error:
        print(error, file=sys.stderr)
        return 2
    _log(options)
    if options.url.startswith("http://"):
        log.warning("the token and what is measured travel unencrypted: better an https URL")
    # Threads inherit that these wait, so that only the main thread hears of them.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    gc.freeze()
    try:
        run(options, _is_told_to_end)
    except (SpoolInUse, OSError) as error:
        log.error("%s", error)
        return 1
    return 0


def _is_told_to_end(seconds: float) -> bool:
    return signal.sigtimedwait(ENDS, max(0.0, seconds)) is not None


def _log(options: Options) -> None:
    # journald notes the time itself.
    moment = "" if "JOURNAL_STREAM" in os.environ else "%(asctime)s "
    level = logging.DEBUG if options.verbose else logging.INFO
    logging.basicConfig(format=f"{moment}%(levelname)s %(message)s", level=level)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
