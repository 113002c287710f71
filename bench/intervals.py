"""How many websites one shift holds at 1 s, and how even 20 s are kept for 500 of them."""

import os
from datetime import timedelta

from bench.lone_shift import fill, installation, run
from bench.product import percentile, report
from bench.punctuality import Checks, now
from bench.targets import Sites, nginx

LADDER = (1000, 2000, 3000, 4000, 5000)
WARM_UP_S, WINDOW_S = 6.0, 12.0
AIM = 4000
EVEN, EVEN_INTERVAL_S, EVEN_WINDOW_S = 500, 20, 62.0
EVEN_LIMIT_MS = 34


def main() -> None:
    """Climb the ladder until a rung is not held; then the even one."""
    with nginx() as sites:
        if sites is None:
            return
        ladder = tuple(int(n) for n in os.environ.get("LADDER", "").split(",") if n) or LADDER
        held = 0
        for count in ladder:
            if not holds(sites, count):
                break
            held = count
        print(f"websites held at 1 s by one shift: {held}; aim {AIM}; ratio {held / AIM:.2f}")
        even(sites)


def holds(sites: Sites, count: int) -> bool:
    """Whether so many websites are each checked once a second, on time."""
    with installation() as environ:
        fill(environ["DATABASE_URL"], [sites.url(n) for n in range(count)], 1)
        began = now()
        measured = run(environ, WARM_UP_S, WINDOW_S, None)
        ended = now() - timedelta(seconds=2)
        since = ended - timedelta(seconds=WINDOW_S - 3)
        held = Checks(environ["DATABASE_URL"], began).held(count, 1, since, ended)
    share = 100 * measured.cpu_s / measured.seconds
    print(f"  {count} at 1 s: {held}; {share:.0f} % of a core, {measured.cpu_ms:.3f} ms each")
    return not held.skipped and not held.twice and percentile(held.late_ms, 0.99) < 1000


def even(sites: Sites) -> None:
    """The spread of the time between two checks of a website."""
    with installation() as environ:
        fill(environ["DATABASE_URL"], [sites.url(n) for n in range(EVEN)], EVEN_INTERVAL_S)
        began = now()
        run(environ, 2, EVEN_WINDOW_S, None)
        found = Checks(environ["DATABASE_URL"], began).deviations_ms(EVEN_INTERVAL_S, began)
    print(
        f"  {EVEN} at {EVEN_INTERVAL_S} s: {len(found)} pairs, p50 {percentile(found, 0.5):.1f} ms"
    )
    report("deviation from the interval p99", percentile(found, 0.99), "ms", EVEN_LIMIT_MS)
