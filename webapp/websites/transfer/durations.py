"""Durations as Go writes them, such as 1h30m or 500ms. Pure."""

import re

UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
NUMBER = re.compile(r"\d{1,20}(?:\.\d{1,9})?")
DURATION = re.compile(f"(?:{PART.pattern})+")


def seconds(written: object, unit_of_numbers: float = 1e-9) -> float | None:
    """Seconds of a duration, None when it is none; a bare number counts in that unit."""
    if isinstance(written, bool):
        return None
    text = str(written).strip()
    if DURATION.fullmatch(text):
        return round(sum(float(number) * UNITS[unit] for number, unit in PART.findall(text)), 9)
    return float(text) * unit_of_numbers if NUMBER.fullmatch(text) else None
