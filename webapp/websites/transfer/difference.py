"""What importing a document would change, website by website and field by field. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CREATE, CHANGE, REMOVE, UNCHANGED = "create", "change", "remove", "unchanged"
SIGNS = {CREATE: "+", CHANGE: "~", REMOVE: "-"}
DONE = {CREATE: "added", CHANGE: "changed", REMOVE: "removed", UNCHANGED: "unchanged"}
LONGEST_SHOWN = 300
NOTHING, DEFAULT = "nothing", "the default"

Values = Mapping[str, Any]


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, as people read it; a secret's values are never in it."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What happens to the website of that URL: create, change, remove or nothing."""

    verb: str
    url: str
    name: str
    fields: tuple[FieldChange, ...] = ()

    @property
    def sign(self) -> str:
        """+, ~ or -."""
        return SIGNS[self.verb]


def differences(
    present: Mapping[str, Values], wanted: Mapping[str, Values], *, prune: bool
) -> list[Change]:
    """By URL: what is wanted in its order, then what is removed because it is not wanted.

    Values are nested mappings as an entry dumps them, with `secrets` resolved.
    """
    found = [_change(url, present.get(url), values) for url, values in wanted.items()]
    gone = sorted(set(present) - set(wanted)) if prune else []
    return found + [Change(REMOVE, url, str(present[url]["name"])) for url in gone]


def counted(changes: Sequence[Change]) -> dict[str, int]:
    """How many there are of each verb."""
    verbs = [change.verb for change in changes]
    return {verb: verbs.count(verb) for verb in DONE}


def summary(counts: Mapping[str, int]) -> str:
    """`2 added, 1 changed, 0 removed, 7 unchanged`."""
    return ", ".join(f"{counts[verb]} {word}" for verb, word in DONE.items())


def lines(changes: Sequence[Change]) -> Iterator[str]:
    """The difference as text; what does not change is left out."""
    for change in changes:
        if change.verb == UNCHANGED:
            continue
        yield f"{change.sign} {change.url} ({change.verb})"
        for field in change.fields:
            before = "" if change.verb == CREATE else f"{field.before} -> "
            yield f"    {field.field}: {before}{field.after}"


def _change(url: str, present: Values | None, wanted: Values) -> Change:
    fields = tuple(_fields(present or {}, wanted))
    verb = CREATE if present is None else CHANGE if fields else UNCHANGED
    return Change(verb, url, str(wanted["name"]), fields)


def _fields(present: Values, wanted: Values) -> Iterator[FieldChange]:
    before, after = _flat(present), _flat(wanted)
    for name in [*after, *(name for name in before if name not in after)]:
        old, new = before.get(name), after.get(name)
        if name != "url" and old != new and not (_is_empty(old) and _is_empty(new)):
            yield FieldChange(name, _shown(name, old), _shown(name, new, old))


def _flat(values: Values) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name in ("options", "secrets"):
            found |= {f"{name}.{inner}": v for inner, v in value.items()}
        else:
            found[name] = value
    return found


def _shown(name: str, value: Any, before: Any = None) -> str:
    group = name.partition(".")[0]
    if _is_empty(value):
        return DEFAULT if group == "options" else NOTHING
    if group == "secrets":
        return "another secret" if before is not None else "a secret"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}
