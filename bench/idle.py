"""Memory and processor of all processes together, idle with 10 websites at 60 s."""

import time
from contextlib import suppress

import psutil

from bench.product import Product, new_product, report, target_server

WINDOW_S = 60
SETTLE_S = 20


def main() -> None:
    """Settle, then measure PSS and processor time over the window."""
    with target_server() as target, new_product() as product:
        product.start()
        product.add_websites(10, target)
        time.sleep(SETTLE_S)
        before, memory = cpu_seconds(product), []
        for _ in range(WINDOW_S):
            time.sleep(1)
            memory.append(pss_mib(product))
        used = 100 * (cpu_seconds(product) - before) / WINDOW_S
        report("memory of all processes, PSS summed, worst second", max(memory), "MiB", 350)
        report("processor, idle", used, "% of a core", 3)
        for process in product.family():
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):  # a job's, and it ended
                full = process.memory_full_info()
                name = f"{process.name()}: {' '.join(process.cmdline())[:60]}"
                spent = sum(process.cpu_times()[:2])
                print(f"  {full.pss / 2**20:6.1f} MiB  {spent:6.2f} s  {name}")


def cpu_seconds(product: Product) -> float:
    """Processor time of all its processes and of the children they have reaped."""
    return sum(sum(process.cpu_times()[:4]) for process in product.family())


def pss_mib(product: Product) -> float:
    """Proportional set size of all its processes, in MiB; one that ends counts nothing."""
    total = 0
    for process in product.family():
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            total += process.memory_full_info().pss
    return total / 2**20
