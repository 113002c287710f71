"""What a sample weighs at rest, as a row and sealed, with all indexes, on both databases.

WK_NAB=FOLDER names a copy of the Numenta Anomaly Benchmark's data; its server metrics are weighed,
one sample every five minutes. Beside them this machine is read for SECONDS (600) at 1 s, all that
an agent reads; the longer, the fuller the chunks.
"""

import csv
import os
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import insert, text

from bench.product import ROOT, report
from bench.pruning import close, postgresql
from webapp import config
from webapp.app import create_app
from webapp.core.db import db, prepare_migrations
from webapp.metrics import sealing
from webapp.metrics.collection import Notebook, collect
from webapp.metrics.machine import SOURCES_OF_A_MACHINE
from webapp.metrics.models import MetricKind, MetricSample, MetricSeries
from webapp.metrics.raw import samples_of
from webapp.metrics.readings import sample_of

Series = dict[str, list[tuple[int, float]]]
SERVER_METRICS = ("realAWSCloudwatch", "realKnownCause")
MOST, AIM = 4.0, 2.5
HOUR_S = 3600
COPIES = 10
VACUUM_EVERY = 40  # steps of sealing
SECONDS = int(os.environ.get("SECONDS", "600"))
TABLES = ("metric_samples", "metric_chunks")


def main() -> None:
    """Weigh each set of samples on each database."""
    sets = {f"{SECONDS} s of this machine at 1 s": of_this_machine()}
    if folder := os.environ.get("WK_NAB"):
        sets["server metrics at 5 min"] = of_benchmark(Path(folder))
    else:
        print("server metrics: skipped, WK_NAB names no folder")
    for name, few in sets.items():
        # Several of each: a few thousand samples would weigh less than empty indexes do.
        series = {f"{key} {copy}": found for key, found in few.items() for copy in range(COPIES)}
        measure(f"SQLite, {name}", "", series)
        with postgresql() as url:
            if url:
                measure(f"PostgreSQL, {name}", url, series)


def of_benchmark(folder: Path) -> Series:
    """The server metrics, by the file each is in."""
    found: Series = {}
    for path in sorted(each for name in SERVER_METRICS for each in (folder / name).glob("*.csv")):
        with path.open() as file:
            rows = {_ms(row["timestamp"]): float(row["value"]) for row in csv.DictReader(file)}
        found[path.stem] = sorted(rows.items())
    return found


def _ms(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)


def of_this_machine() -> Series:
    """All that is read of this machine, once a second."""
    notebook: Notebook = {}
    read: Series = {}
    start_s = int(time.time()) - SECONDS - 5 * HOUR_S  # as if it were long enough ago
    for second in range(SECONDS):
        began_s = time.monotonic()
        found = collect(SOURCES_OF_A_MACHINE, notebook, began_s)
        notebook = found.notebook
        for reading in found.readings:
            key = sample_of(reading, "bench", 0).key.fingerprint
            read.setdefault(key, []).append(((start_s + second) * 1000, reading.value))
        time.sleep(max(began_s + 1 - time.monotonic(), 0))
    return read


def measure(name: str, url: str, series: Series) -> None:
    """Store the samples, weigh them, seal them, weigh them again and compare them."""
    folder = Path(tempfile.mkdtemp(prefix="wkb-"))
    environ = {"DATA_DIR": str(folder), "DATABASE_URL": url, "LOG_LEVEL": "WARNING"}
    app = create_app(config.load(environ))
    prepare_migrations(app)
    count = sum(map(len, series.values()))
    try:
        with app.app_context():
            upgrade(directory=str(ROOT / "migrations"))
            empty = weight()
            ids = fill(series)
            rows = (weight() - empty) / count
            began = time.process_time()
            seal()
            spent = 1e6 * (time.process_time() - began) / count
            report(f"{name}, sealed", (weight() - empty) / count, "bytes a sample", MOST)
            print(
                f"  {count:,} samples of {len(series)} series; as rows {rows:.1f} bytes; aim {AIM};"
                f" sealing took {spent:.1f} us of our processor a sample"
            )
            compare(series, ids)
    finally:
        close(app)
        shutil.rmtree(folder, ignore_errors=True)


def fill(series: Series) -> dict[str, int]:
    """Store the samples as rows; the ids of their series."""
    ids: dict[str, int] = {}
    for name, samples in series.items():
        made = MetricSeries(
            fingerprint=name[-64:], kind=MetricKind.SYSTEM, metric_type="cpu", name=name[:100],
            unit="", source="bench", details={}, newest_ms=samples[-1][0],
            newest_value=samples[-1][1],
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        ids[name] = made.id
        rows = [{"series_id": made.id, "at_ms": at_ms, "value": v} for at_ms, v in samples]
        db.session.execute(insert(MetricSample), rows)
    db.session.commit()
    return ids


def seal() -> None:
    """Seal everything, as the job does hour by hour, and tidy up now and then.

    What the job spreads over days takes seconds here, in which PostgreSQL would never tidy up.
    """
    for step, _ in enumerate(sealing.seal(int(time.time() * 1000) + 3 * HOUR_S * 1000)):
        db.session.commit()
        if step % VACUUM_EVERY == 0 and db.engine.dialect.name == "postgresql":
            vacuum("metric_chunks")
    db.session.rollback()


def vacuum(*what: str) -> None:
    """Tidy up on PostgreSQL."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for each in what:
            connection.execute(text(f"VACUUM {each}"))


def weight() -> int:
    """Bytes of samples and chunks with their indexes, after the database has tidied up."""
    db.session.commit()
    if db.engine.dialect.name == "sqlite":
        names = " OR ".join(f"s.tbl_name = '{name}'" for name in TABLES)
        query = f"SELECT sum(pgsize) FROM dbstat JOIN sqlite_schema s USING (name) WHERE {names}"
    else:
        vacuum("FULL metric_samples", "metric_chunks")
        query = f"SELECT {' + '.join(f'pg_total_relation_size({name!r})' for name in TABLES)}"
    size = int(db.session.scalar(text(query)) or 0)
    db.session.commit()
    return size


def compare(series: Series, ids: dict[str, int]) -> None:
    """End with an error unless every sample comes back as it was."""
    for name, samples in series.items():
        found = samples_of([ids[name]], 0, 2**53)[ids[name]]
        if found != samples:
            raise SystemExit(f"{name} came back differently")
