"""Run one benchmark or all: `python -m bench [NAME ...]`."""

import sys

from bench import (
    agent,
    alerting,
    charts,
    checks,
    digest,
    digest_steps,
    grouping,
    heartbeats,
    idle,
    ingest,
    intervals,
    issues_pages,
    judge,
    kills,
    middleware,
    pages,
    pruning,
    reporter,
    sampler,
    scale,
    start,
    storage,
    websites_pages,
)

BENCHMARKS = {
    "start": start.main,
    "idle": idle.main,
    "pages": pages.main,
    "kills": kills.main,
    "checks": checks.main,
    "scale": scale.main,
    "intervals": intervals.main,
    "heartbeats": heartbeats.main,
    "websites-pages": websites_pages.main,
    "pruning": pruning.main,
    "middleware": middleware.main,
    "reporter": reporter.main,
    "agent": agent.main,
    "sampler": sampler.main,
    "ingest": ingest.main,
    "judge": judge.main,
    "storage": storage.main,
    "charts": charts.main,
    "grouping": grouping.main,
    "issues-pages": issues_pages.main,
    "digest": digest.main,
    "digest-steps": digest_steps.main,
    "alerting": alerting.main,
}


def main() -> None:
    """Run the named benchmarks, all of them when none is named."""
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        raise SystemExit(f"There is no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}.")
    for name in names:
        print(f"== {name}", flush=True)
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
