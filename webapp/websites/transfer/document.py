"""YAML of a bounded size: text to plain values and back. Pure.

A few lines of YAML can stand for billions of values, by anchors that repeat one another, or go
deeper than the parser's own stack. So a first pass over the events, which keeps nothing, measures
what the text would become, before anything is built.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

MAXIMUM_CHARACTERS = 20_000_000
MAXIMUM_NODES = 2_000_000
MAXIMUM_DEPTH = 20
MERGE = "tag:yaml.org,2002:merge"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


@dataclass(frozen=True)
class Complaint:
    """What is wrong at one place of a document: its path, and what was expected there."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class Unreadable(ValueError):
    """A document that is refused as a whole."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        super().__init__("; ".join(map(str, complaints)))
        self.complaints = list(complaints)


@dataclass
class Extent:
    """How much a node stands for once its aliases are spelled out."""

    anchor: str | None = None
    nodes: int = 1
    height: int = 1


@dataclass
class Survey:
    """A pass over a document's events: the nodes still open, and the extents of anchors."""

    open: list[Extent] = field(default_factory=list)
    anchors: dict[str, Extent] = field(default_factory=dict)
    documents: int = 0

    def take(self, event: Any) -> None:
        """Account for one event; `Unreadable` as soon as a limit is passed."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _refusal(event, "There must be one document in the file.")
        elif isinstance(event, STARTS):
            self.open.append(Extent(event.anchor))
        elif isinstance(event, ENDS):
            self._close(event, self.open.pop())
        elif isinstance(event, yaml.ScalarEvent):
            self._close(event, Extent(event.anchor))
        elif isinstance(event, yaml.AliasEvent):
            self._close(event, self._meant_by(event))
        if len(self.open) > MAXIMUM_DEPTH:
            raise _refusal(event, f"It goes more than {MAXIMUM_DEPTH} levels deep.")

    def _meant_by(self, event: Any) -> Extent:
        known = self.anchors.get(event.anchor)
        if known is None:
            raise _refusal(event, f"*{event.anchor} stands for itself or for nothing.")
        return Extent(None, known.nodes, known.height)

    def _close(self, event: Any, extent: Extent) -> None:
        if extent.anchor:
            self.anchors[extent.anchor] = extent
        if len(self.open) + extent.height > MAXIMUM_DEPTH + 1:
            raise _refusal(event, f"It goes more than {MAXIMUM_DEPTH} levels deep.")
        if self.open:
            parent = self.open[-1]
            parent.nodes += extent.nodes
            parent.height = max(parent.height, extent.height + 1)
            if parent.nodes > MAXIMUM_NODES:
                raise _refusal(event, f"It stands for more than {MAXIMUM_NODES} values.")


def load(text: str) -> Any:
    """The plain values that `text` stands for; `Unreadable` says where it cannot be followed."""
    if len(text) > MAXIMUM_CHARACTERS:
        raise Unreadable(
            [Complaint("document", f"It has more than {MAXIMUM_CHARACTERS} characters.")]
        )
    try:
        survey = Survey()
        for event in yaml.parse(text, Loader=LOADER):
            survey.take(event)
        node = yaml.compose(text, Loader=LOADER)
        if node is None:
            return None
        if repeated := _repeated_keys(node):
            raise Unreadable(repeated)
        return _constructed(node)
    except Unreadable:
        raise
    except yaml.MarkedYAMLError as error:
        raise Unreadable([_explained(error)]) from error
    except (yaml.YAMLError, ValueError, OverflowError, TypeError) as error:
        said = str(error).splitlines()[0]
        raise Unreadable([Complaint("document", f"It is not YAML: {said}.")]) from error


def dump(value: Any, header: Sequence[str] = ()) -> str:
    """`value` as YAML in its own order, text of several lines as such, below lines of comment."""
    comment = "".join(f"# {line}\n" for line in header)
    options = {"sort_keys": False, "allow_unicode": True, "width": 100}
    return comment + str(yaml.dump(value, Dumper=_Writer, **options))


def _constructed(node: Any) -> Any:
    loader = LOADER("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _repeated_keys(root: Any) -> list[Complaint]:
    """A key that is written twice, where one of the two values would be lost."""
    found: list[Complaint] = []
    seen: set[int] = set()

    def visit(node: Any, path: str) -> None:
        if isinstance(node, yaml.ScalarNode) or id(node) in seen:
            return
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                visit(item, f"{path}[{index}]")
            return
        _visit_mapping(node, path, found, visit)

    visit(root, "")
    return found


def _visit_mapping(
    node: Any, path: str, found: list[Complaint], visit: Callable[[Any, str], None]
) -> None:
    keys: set[str] = set()
    for key, value in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
        place = f"{path}.{name}" if path else name
        if name in keys and key.tag != MERGE:
            line = key.start_mark.line + 1
            found.append(Complaint(place, f"This is written twice, again in line {line}."))
        keys.add(name)
        visit(value, place)


def _explained(error: yaml.MarkedYAMLError) -> Complaint:
    mark = error.problem_mark or error.context_mark
    place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "document"
    return Complaint(place, f"It is not YAML here: {error.problem or error.context}.")


def _refusal(event: Any, message: str) -> Unreadable:
    return Unreadable([Complaint(f"line {event.start_mark.line + 1}", message)])


class _Writer(DUMPER):  # type: ignore[misc, valid-type]
    """Writes values out each time, and text of several lines as a block where YAML can."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(writer: Any, text: str) -> Any:
    style = "|" if "\n" in text else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _text)
