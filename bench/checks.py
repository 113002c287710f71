"""Processor per recorded check, beside blackbox_exporter and a bare pycurl loop, plain and TLS."""

import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pycurl

from bench.lone_shift import Measured, fill, installation, run
from bench.product import free_port, report, wait_for
from bench.targets import Sites, nginx

WINDOW_S = 10.0
ROUNDS = 3  # taken in turns, because what else the machine does changes
WARM_UP_S = 4.0
SIDE_BY_SIDE = 50
WEBSITES = {False: 6000, True: 1500}
LIMITS = {False: 1 / 3, True: 0.8}
BLACKBOX = """
modules:
  plain: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4}}
  tls:
    prober: http
    timeout: 5s
    http: {preferred_ip_protocol: ip4, tls_config: {ca_file: "%s"}}
"""


def main() -> None:
    """Measure all three, first plain, then TLS."""
    with nginx() as sites:
        if sites is None:
            return
        for tls in (False, True):
            rounds = [in_turn(sites, tls=tls) for _ in range(ROUNDS)]
            name = "TLS" if tls else "plain"
            ours, bare = (total([r[n] for r in rounds]) for n in ("ours", "bare"))
            show(f"{name}: recorded checks", ours)
            show(f"{name}: bare pycurl loop", bare)
            print(f"  recorded / bare: {ours.cpu_ms / bare.cpu_ms:.2f}")
            if any("peer" not in r for r in rounds):
                continue
            peer = total([r["peer"] for r in rounds])
            show(f"{name}: blackbox_exporter, {SIDE_BY_SIDE} at once", peer)
            ratio = ours.cpu_ms / peer.cpu_ms
            report(f"{name}: processor per check, ours / blackbox_exporter", ratio, "", LIMITS[tls])


def in_turn(sites: Sites, *, tls: bool) -> dict[str, Measured]:
    """One window of each contender."""
    found = {"ours": recorded(sites, tls=tls), "bare": bare_loop(sites, tls=tls)}
    peer = blackbox(sites, tls=tls)
    return found | ({"peer": peer} if peer else {})


def total(windows: list[Measured]) -> Measured:
    """The windows of one contender together."""
    seconds, checks = sum(w.seconds for w in windows), sum(w.checks for w in windows)
    return Measured(seconds, checks, sum(w.cpu_s for w in windows))


def show(name: str, measured: Measured) -> None:
    """One line about a window."""
    print(
        f"  {name}: {measured.cpu_ms:.3f} ms of processor each, {measured.rate:.0f}/s, "
        f"{1000 / measured.cpu_ms:.0f} per processor second",
        flush=True,
    )


def recorded(sites: Sites, *, tls: bool) -> Measured:
    """Our shift on SQLite with more websites due each second than it can check."""
    with installation() as environ:
        count = WEBSITES[tls]
        fill(environ["DATABASE_URL"], [sites.url(n, tls=tls) for n in range(count)], 1)
        return run(environ, WARM_UP_S, WINDOW_S, sites.ca_file if tls else None)


def bare_loop(sites: Sites, *, tls: bool) -> Measured:
    """The least that libcurl can do from Python: new connections, phases read, nothing kept."""

    def prepare(handle: pycurl.Curl, number: int) -> None:
        handle.setopt(pycurl.URL, sites.url(number, tls=tls))
        handle.setopt(pycurl.FRESH_CONNECT, 1)
        handle.setopt(pycurl.FORBID_REUSE, 1)
        handle.setopt(pycurl.SSL_SESSIONID_CACHE, 0)
        handle.setopt(pycurl.CAINFO, str(sites.ca_file))

    return drive(prepare, _own_cpu_s)


def _own_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def drive(prepare: Callable[[pycurl.Curl, int], None], cpu_s: Callable[[], float]) -> Measured:
    """Run transfers side by side through a multi handle for the window."""
    multi, free, number, done = pycurl.CurlMulti(), [], 0, 0
    for _ in range(SIDE_BY_SIDE):
        handle = pycurl.Curl()
        handle.setopt(pycurl.WRITEFUNCTION, lambda _: None)
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.TIMEOUT, 10)
        free.append(handle)
    began, before = time.monotonic(), cpu_s()
    while time.monotonic() - began < WINDOW_S:
        while free:
            handle = free.pop()
            prepare(handle, number)
            number += 1
            multi.add_handle(handle)
        multi.perform()
        ended, failed = _ended(multi)
        assert not failed, failed
        done += len(ended)
        free += ended
        if not ended:
            multi.select(0.1)
    measured = Measured(time.monotonic() - began, done, cpu_s() - before)
    multi.close()
    return measured


def _ended(multi: pycurl.CurlMulti) -> tuple[list[pycurl.Curl], list[str]]:
    _, succeeded, failed = multi.info_read(SIDE_BY_SIDE)
    for handle in succeeded:
        assert handle.getinfo(pycurl.RESPONSE_CODE) == 200
        for phase in PHASES:
            handle.getinfo(phase)
        multi.remove_handle(handle)
    return succeeded, [text for *_, text in failed]


PHASES = (
    pycurl.NAMELOOKUP_TIME_T,
    pycurl.CONNECT_TIME_T,
    pycurl.APPCONNECT_TIME_T,
    pycurl.STARTTRANSFER_TIME_T,
    pycurl.TOTAL_TIME_T,
)


def blackbox(sites: Sites, *, tls: bool) -> Measured | None:
    """prometheus-blackbox-exporter asked for 50 probes at once; None where it is missing."""
    with _blackbox_exporter(sites) as started:
        if started is None:
            return None
        port, process = started
        module = "tls" if tls else "plain"

        def prepare(handle: pycurl.Curl, number: int) -> None:
            target = sites.url(number, tls=tls)
            url = f"http://127.0.0.1:{port}/probe?module={module}&target={target}"
            handle.setopt(pycurl.URL, url)

        return drive(prepare, lambda: sum(process.cpu_times()[:2]))


@contextmanager
def _blackbox_exporter(sites: Sites) -> Iterator[tuple[int, psutil.Process] | None]:
    binary = shutil.which("prometheus-blackbox-exporter") or shutil.which("blackbox_exporter")
    if binary is None:
        print("  skipped: blackbox_exporter (apt-get install prometheus-blackbox-exporter)")
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="wkx-") as folder:
        file, port = Path(folder, "blackbox.yml"), free_port()
        file.write_text(BLACKBOX % sites.ca_file)
        line = [binary, f"--config.file={file}", f"--web.listen-address=127.0.0.1:{port}"]
        process = subprocess.Popen(line, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: _listens(port), 10)
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(10)


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
