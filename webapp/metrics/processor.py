"""The processor: how busy, with what, each core, and who waits for it; from /proc/stat.

Shares are of the time between two readings. The kernel counts time in ticks for each of: user,
nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice (proc_stat(5)); a guest's time is
in its host's user and nice time too.
"""

from collections.abc import Iterator

from webapp.metrics import kernel
from webapp.metrics.readings import Measure, Reading, SystemMetricType, Total

CPU = SystemMetricType.CPU

BUSY = Measure(CPU, "cpu_percent", "%", "CPU", "Time all cores together were busy.", "cpu", 100)
STATES = tuple(
    Measure(CPU, f"cpu_{name}_percent", "%", label, f"Time of all cores {what}.", "cpu_states", 100)
    for name, label, what in (
        ("user", "User", "spent on programs"),
        ("system", "System", "spent in the kernel"),
        ("irq", "Interrupts", "spent on interrupts"),
        ("iowait", "Waiting for disks", "idle while a disk had to answer"),
        ("steal", "Stolen", "taken by other guests of the same hardware"),
    )
)
CORE = Measure(CPU, "core_percent", "%", "Core", "Time each core was busy.", "cores", 100)
LOADS = tuple(
    Measure(
        CPU,
        f"load_{minutes}",
        "",
        f"Load, {minutes} min",
        "Processes that ran or waited to run, averaged over 1, 5 and 15 min.",
        "load",
    )
    for minutes in (1, 5, 15)
)
RUNNING = Measure(
    CPU, "processes_running", "", "Running", "Threads that run or could run now.", "run_queue"
)
BLOCKED = Measure(
    CPU, "processes_blocked", "", "Blocked", "Processes that wait for a disk now.", "run_queue"
)
SWITCHES = Measure(
    CPU,
    "context_switches",
    "/s",
    "Context switches",
    "How often a core turned from one thread to another.",
    "switches",
    digits=0,
)
STARTED = Measure(
    CPU, "processes_started", "/s", "Processes started", "Processes and threads begun.", "forks"
)
UPTIME = Measure(
    CPU, "uptime_s", "s", "Up for", "Time since the machine started.", "uptime", digits=0
)
MEASURES = (BUSY, *STATES, CORE, *LOADS, RUNNING, BLOCKED, SWITCHES, STARTED, UPTIME)
TICKS = 8  # of the numbers of a line, those that add up to the whole


def read_processor() -> Iterator[Reading | Total]:
    """Shares of time of all cores and of each, load, context switches, starts and uptime."""
    for line in kernel.proc("stat").splitlines():
        name, _, rest = line.partition(" ")
        if name.startswith("cpu"):
            yield from _times(name, [int(word) for word in rest.split()])
        elif name in ("ctxt", "processes"):
            yield Total(SWITCHES if name == "ctxt" else STARTED, int(rest))
        elif name in ("procs_running", "procs_blocked"):
            yield Reading(RUNNING if name == "procs_running" else BLOCKED, int(rest))
    yield from _loads(kernel.proc("loadavg"))
    yield from _uptime(kernel.proc("uptime"))


def _times(name: str, told: list[int]) -> Iterator[Total]:
    # An old kernel tells fewer: what it does not tell is nought.
    user, nice, system, idle, iowait, irq, softirq, steal = (told + [0] * TICKS)[:TICKS]
    whole = user + nice + system + idle + iowait + irq + softirq + steal
    busy = whole - idle - iowait
    if name != "cpu":
        yield Total(CORE, busy, whole, labels={"core": name[3:]})
        return
    yield Total(BUSY, busy, whole)
    parts = (user + nice, system, irq + softirq, iowait, steal)
    for measure, part in zip(STATES, parts, strict=True):
        yield Total(measure, part, whole)


def _loads(told: str) -> Iterator[Reading]:
    for measure, word in zip(LOADS, told.split()[:3], strict=False):
        yield Reading(measure, float(word))


def _uptime(told: str) -> Iterator[Reading]:
    for word in told.split()[:1]:
        yield Reading(UPTIME, float(word))
