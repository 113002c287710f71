"""Kernels made up: folders that look like /proc and /sys."""

import math

from webapp.metrics import kernel
from webapp.metrics.readings import Total


class FakeKernel:
    """A /proc and a /sys in a folder; what was not written is not told."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        monkeypatch.setattr(kernel, "PROC", str(folder / "proc"))
        monkeypatch.setattr(kernel, "SYS", str(folder / "sys"))

    def write(self, path, text):
        """Write a file such as `proc/stat`."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return place


def told(found):
    """What a reader found, by name and the values of its labels: a value, or part and whole."""
    return {
        " ".join([item.measure.name, *item.labels.values()]): (
            (item.part, item.whole) if isinstance(item, Total) else item.value
        )
        for item in found
    }


def assert_real(source):
    """Ask a source on this machine: all it finds is described, finite and not negative."""
    found = list(source.read())
    for item in found:
        assert item.measure in source.measures
        value = item.part if isinstance(item, Total) else item.value
        assert math.isfinite(value)
        assert value >= 0
    return told(found)
