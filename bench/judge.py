"""The judge of metrics: 1,000 rules over 10,000 series, from the commit of a batch to its verdict.

DATABASE=sqlite python -m bench judge for one database alone. 100 hosts have 100
series each, and each series is watched by a rule for its host group. Batches of one sample of each
series come one after another: all well, then a tenth of them over a level at once, then well again.
Beside it, what plain Python needs for the same samples and levels.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Flask

from bench.product import percentile, report
from bench.scale import postgresql

RULES, HOSTS, SERIES = 1_000, 100, 100
HOSTS_OF_A_RULE = 10
LIMIT_S = 1.0
ROUNDS = 12


def main() -> None:
    """Both databases, unless one is named."""
    wanted = os.environ.get("DATABASE", "sqlite,postgresql").split(",")
    plain()
    if "sqlite" in wanted:
        with tempfile.TemporaryDirectory(prefix="wkb-") as folder:
            measure("SQLite", f"sqlite:///{folder}/judge.db", folder)
    if "postgresql" in wanted:
        with postgresql() as (url, _), tempfile.TemporaryDirectory(prefix="wkb-") as folder:
            measure("PostgreSQL", url, folder)


def measure(name: str, url: str, folder: str) -> None:
    """Rounds in which all is well, and one in which a storm begins and one in which it ends."""
    with product(url, folder) as app, app.app_context():
        began = time.perf_counter()
        watches = prepare()
        print(f"{name}: {watches:,} watches made in {time.perf_counter() - began:.1f} s")
        calm = [round_of(number, 10.0) for number in range(ROUNDS)]
        report(f"{name}: all well, p50 of a batch", percentile(calm, 0.5), "s", LIMIT_S)
        report(f"{name}: all well, p95 of a batch", percentile(calm, 0.95), "s", LIMIT_S)
        storm = [storm_of(ROUNDS), *(storm_of(ROUNDS + more) for more in (1, 2))]
        report(f"{name}: 1,000 overloads begin", storm[0], "s", LIMIT_S)
        report(f"{name}: 1,000 overloads go on", storm[2], "s", LIMIT_S)
        report(f"{name}: 1,000 overloads end", round_of(ROUNDS + 3, 10.0), "s", LIMIT_S)
        check()


@contextmanager
def product(url: str, folder: str) -> Iterator[Flask]:
    """The application on an empty, migrated database."""
    from flask_migrate import upgrade

    from webapp import config
    from webapp.app import create_app
    from webapp.core.db import db, prepare_migrations

    names = {"DATABASE_URL": url, "DATA_DIR": folder, "LOG_LEVEL": "ERROR"}
    app = create_app(config.load(names))
    with app.app_context():
        prepare_migrations(app)
        upgrade(os.path.join(os.path.dirname(__file__), "..", "migrations"))
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def prepare() -> int:
    """Series, rules and the watches of each: ten hosts and one metric a rule."""
    from webapp.core import clock
    from webapp.core.db import db
    from webapp.issues import rules, watching
    from webapp.issues.rule_values import RuleValues
    from webapp.metrics.readings import MetricKind

    record(0, 10.0)
    now = clock.from_ms(moment(0))
    for number in range(RULES):
        group, metric = divmod(number, SERIES)
        values = RuleValues(
            f"rule {number}", MetricKind.SYSTEM, f"gauge_{metric}", source=f"group{group}-*",
            warning=70, critical=90, recovery=60,
        )  # fmt: skip
        rules.create(values, now)
        if number % 100 == 99:
            db.session.commit()
    made = watching.watch_new_series(now)
    db.session.commit()
    judge(now)
    return RULES * HOSTS_OF_A_RULE + made


def round_of(number: int, value: float) -> float:
    """A batch of all series: seconds from its commit to its verdict."""
    from webapp.core import clock

    record(number + 1, value)
    began = time.perf_counter()
    judged = judge(clock.from_ms(moment(number + 1)))
    elapsed = time.perf_counter() - began
    assert judged == HOSTS * SERIES, judged
    return elapsed


def storm_of(number: int) -> float:
    """The same with a tenth of all series far over their levels."""
    return round_of(number, 95.0)


def judge(now: Any) -> int:
    """All that waits, as the judge's thread does it."""
    from webapp.core.db import db
    from webapp.issues.judging_metrics import judge_metrics

    total = 0
    while judged := judge_metrics(now):
        total += judged
    db.session.commit()
    return total


def record(number: int, value: float) -> None:
    """One sample of each series, in a transaction for each host as agents send them."""
    from webapp.core.db import db
    from webapp.metrics import recording
    from webapp.metrics.recording import Columns

    for host in range(HOSTS):
        keys = keys_of(host)
        values = [value if n % 10 == 0 else 10.0 for n in range(SERIES)]
        recording.store(Columns(keys, range(SERIES), [moment(number)] * SERIES, values))
        db.session.commit()


def keys_of(host: int) -> Sequence[Any]:
    """The series of a host."""
    from webapp.metrics.readings import MetricKind, SeriesKey

    name = f"group{host // HOSTS_OF_A_RULE}-{host}"
    return [SeriesKey(MetricKind.SYSTEM, "custom", f"gauge_{n}", "", name) for n in range(SERIES)]


BEGAN_MS = int(time.time() * 1000) - 600_000


def moment(number: int) -> int:
    """The moment of a batch: ten seconds apart."""
    return BEGAN_MS + number * 10_000


def check() -> None:
    """Whether each overload was found once, and none lasts."""
    from sqlalchemy import func, select

    from webapp.core.db import db
    from webapp.issues.models import Overload

    found = db.session.scalar(select(func.count(Overload.id)))
    lasting = db.session.scalar(select(func.count(Overload.id)).where(Overload.is_ongoing))
    if (found, lasting) != (HOSTS * SERIES // 10, 0):
        raise SystemExit(f"{found} overloads, {lasting} of which last")


def plain() -> None:
    """What it takes to look at as many samples with nothing around."""
    samples = [(series, 10.0) for series in range(HOSTS * SERIES)]
    levels = dict.fromkeys(range(HOSTS * SERIES), (90.0, 70.0))
    began = time.perf_counter()
    over = 0
    for series, value in samples:
        critical, warning = levels[series]
        over += value >= critical or value >= warning
    print(f"Plain Python, {len(samples):,} samples: {1000 * (time.perf_counter() - began):.1f} ms")
