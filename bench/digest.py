"""Occurrences through the API until they are digested: accepted and digested a second, and a storm.

COUNT=5000 python -m bench digest. The product runs as `make run` starts it, with one web process
and SQLite. Each request carries one occurrence, of 3 KB and of 40 KB; then 100,000 of one cause
are sent in batches of 500, which must be counted exactly in one recurring issue.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress

import orjson
import psutil
import pycurl
import sqlalchemy as sa

from bench.product import Product, new_product, report

SIDE_BY_SIDE = 16
SIZES = {"3 KB": 3_000, "40 KB": 40_000}
STORM, TOGETHER = 100_000, 500
ACCEPTED_LIMIT, DIGESTED_LIMIT = 1000, 300
URL = "/api/monitoring/occurrences/"


def main() -> None:
    """Both sizes one by one, then the storm, each on a new installation."""
    for name, size in SIZES.items():
        with new_product(LOG_LEVEL="WARNING") as product:
            one_by_one(name, size, product)
    with new_product(LOG_LEVEL="WARNING") as product:
        storm(product)


def one_by_one(name: str, size: int, product: Product) -> None:
    """As many requests as fast as they are answered, and then until nothing waits."""
    count = int(os.environ.get("COUNT", "5000"))
    product.start()
    token = product.command("tokens", "create", "bench", "--scope", "write")
    bodies = [orjson.dumps(occurrence(number, size)) for number in range(200)]
    send(product, token, bodies[:50], 50)
    wait_until_digested(product, 50)
    web, other = processes(product)
    before, before_other = cpu_s(web), cpu_s(other)
    began = time.monotonic()
    send(product, token, bodies, count)
    accepted_s = time.monotonic() - began
    cpu = spent_s(before, cpu_s(web))
    wait_until_digested(product, 50 + count)
    digested_s = time.monotonic() - began
    other_cpu = spent_s(before_other, cpu_s(other))
    own, others = (each / count * 1e3 for each in (cpu, other_cpu))
    print(f"  {name}: {len(bodies[0]):,} bytes; processor each: {own:.2f} ms to accept it,")
    print(f"  {others:.2f} ms in all other processes")
    report(f"{name}: accepted", count / accepted_s, "occurrences/s", ACCEPTED_LIMIT)
    report(f"{name}: sent and digested", count / digested_s, "occurrences/s", DIGESTED_LIMIT)


def storm(product: Product) -> None:
    """One cause a hundred thousand times."""
    product.start()
    token = product.command("tokens", "create", "bench", "--scope", "write")
    items = [occurrence(number, 1_000) for number in range(TOGETHER)]
    before = memory_mb(product)
    began, highest = time.monotonic(), before
    for _ in send_some(product, token, [orjson.dumps(items)], STORM // TOGETHER):
        highest = max(highest, memory_mb(product))
    sent_s = time.monotonic() - began
    wait_until_digested(product, STORM)
    highest = max(highest, memory_mb(product))
    found = ask(product, "SELECT count(*), sum(occurrences) FROM recurring_issues")
    rows = ask(product, "SELECT count(*) FROM operational_issues")
    elapsed = time.monotonic() - began
    print(f"  storm: {STORM:,} sent in {sent_s:.1f} s, digested after {elapsed:.1f} s")
    print(f"  storm: issues {found[0]}, counted {found[1]:,}, kept as rows {rows[0]:,}")
    print(f"  storm: memory of all processes {before:.0f} MB before, {highest:.0f} MB at most")
    if tuple(found) != (1, STORM):
        raise SystemExit("the storm was not counted exactly")


def occurrence(number: int, size: int) -> dict[str, object]:
    """A task that failed with a traceback of about so many bytes."""
    frames, length, place = ["Traceback (most recent call last):"], 0, 0
    while length < size * 0.9:
        file, step = f"/srv/shop/app/module_{place % 17}.py", f"step_{place % 29}"
        frame = f'  File "{file}", line {40 + place}, in {step}\n    result = compute({place})'
        frames.append(frame)
        length, place = length + len(frame) + 1, place + 1
    message = f"order {number} of customer {number * 7} cannot be paid"
    return {
        "kind": "operational", "name": "PaymentError", "task": "pay_orders",
        "error_message": message, "host": f"web{number % 5}", "service": "shop",
        "traceback": "\n".join([*frames, f"shop.errors.PaymentError: {message}"]),
        "context": {"order": number, "customer": {"id": number * 7, "city": "Rome"}},
    }  # fmt: skip


def send(product: Product, token: str, bodies: list[bytes], count: int) -> None:
    """Send so many requests, the bodies in turn."""
    for _ in send_some(product, token, bodies, count):
        pass


def send_some(product: Product, token: str, bodies: list[bytes], count: int) -> Iterator[int]:
    """The same; yields now and then how many were answered."""
    multi, number, done = pycurl.CurlMulti(), 0, 0
    free = [_handle(product, token) for _ in range(min(SIDE_BY_SIDE, count))]
    while done < count:
        while free and number < count:
            handle = free.pop()
            handle.setopt(pycurl.POSTFIELDS, bodies[number % len(bodies)])
            multi.add_handle(handle)
            number += 1
        multi.perform()
        _, ended, failed = multi.info_read()
        if failed:
            raise SystemExit(f"not answered: {failed[0][2]}")
        for handle in ended:
            if handle.getinfo(pycurl.RESPONSE_CODE) != 202:
                raise SystemExit(f"answered with {handle.getinfo(pycurl.RESPONSE_CODE)}")
            multi.remove_handle(handle)
        free += ended
        done += len(ended)
        if not ended:
            multi.select(0.1)
        if ended and done % 20 < len(ended):
            yield done
    multi.close()


def _handle(product: Product, token: str) -> pycurl.Curl:
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, f"http://127.0.0.1:{product.port}{URL}")
    handle.setopt(pycurl.WRITEFUNCTION, lambda _: None)
    headers = [f"Authorization: Bearer {token}", "Content-Type: application/json", "Expect:"]
    handle.setopt(pycurl.HTTPHEADER, headers)
    handle.setopt(pycurl.NOSIGNAL, 1)
    handle.setopt(pycurl.TIMEOUT, 60)
    return handle


def wait_until_digested(product: Product, count: int) -> None:
    """Wait until so many are counted."""
    deadline = time.monotonic() + 600
    while (ask(product, "SELECT coalesce(sum(occurrences), 0) FROM recurring_issues")[0]) < count:
        if time.monotonic() > deadline:
            raise SystemExit("waited in vain for what was accepted to be digested")
        time.sleep(0.1)


def ask(product: Product, query: str) -> tuple[int, ...]:
    """The first row of an answer of the database."""
    engine = sa.create_engine(f"sqlite:///{product.folder}/watchkeeper.db")
    with engine.connect() as connection:
        row = connection.execute(sa.text(query)).one()
    engine.dispose()
    return tuple(int(value) for value in row)


def processes(product: Product) -> tuple[list[psutil.Process], list[psutil.Process]]:
    """The web server's, and all others; jobs that end meanwhile are left out."""
    web, others = [], []
    for process in product.family():
        with suppress(psutil.Error):
            (web if process.name() == "wk-web" else others).append(process)
    return web, others


def cpu_s(found: list[psutil.Process]) -> dict[int, float]:
    """Processor seconds of each of these that still runs."""
    seconds = {}
    for process in found:
        with suppress(psutil.Error):
            seconds[process.pid] = sum(process.cpu_times()[:2])
    return seconds


def spent_s(before: dict[int, float], after: dict[int, float]) -> float:
    """Processor seconds between two looks, of those that ran at both."""
    return sum(seconds - before[pid] for pid, seconds in after.items())


def memory_mb(product: Product) -> float:
    """Memory that these processes have for themselves, and their shares of what they share."""
    total = 0
    for process in product.family():
        with suppress(psutil.Error):
            total += process.memory_full_info().pss
    return total / 1e6
