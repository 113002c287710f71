"""One setting: what an operator may set, and how its text is read."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class ConfigError(Exception):
    """A setting that cannot be used; the message is one sentence for the operator."""


@dataclass(frozen=True)
class Setting:
    """What an operator may set: environment variable, type, default as text, help, bounds."""

    name: str
    type: type
    default: Any
    help: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]


def setting(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare one field of `Settings` with its default, help and bounds (in the field's unit)."""
    return field(
        default=default, metadata={"help": help, "low": low, "high": high, "choices": choices}
    )


def parse(setting: Setting, text: str) -> Any:
    """The value that `text` stands for; raise `ConfigError` on one that cannot be used."""
    try:
        value = _PARSERS[setting.type](text.strip())
    except ValueError as error:
        raise ConfigError(
            f"{setting.name} must be {_NOUNS[setting.type]}, not {text!r}."
        ) from error
    if setting.low is not None and value < setting.low:
        raise ConfigError(f"{setting.name} must be at least {setting.low:g}, not {text}.")
    if setting.high is not None and value > setting.high:
        raise ConfigError(f"{setting.name} must be at most {setting.high:g}, not {text}.")
    if setting.choices and value not in setting.choices:
        raise ConfigError(f"{setting.name} must be one of {', '.join(setting.choices)}.")
    return value


def _boolean(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


def _number(text: str) -> float:
    value = float(text)
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return value


_PARSERS: dict[type, Any] = {str: str, int: int, float: _number, bool: _boolean, Path: Path}
_NOUNS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Path: "a path",
}
