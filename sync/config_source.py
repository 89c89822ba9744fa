"""A YAML file as data with the position of everything in it.

YAML 1.2 scalars (`NO` and `on` are texts), no duplicate keys, no tags, bounded size, depth and alias expansion. `${VAR}`,
`${VAR:-default}` and `${file:/path}` are filled in after parsing, in texts only, so that a value can never become YAML;
`$${` stands for a plain `${`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from sync.config_variables import Filler

Location = tuple[str | int, ...]
"""Keys and list positions that lead from the top of the file to a value."""

LARGEST_FILE = 1_000_000
MOST_NODES = 50_000
DEEPEST = 40


class Mark(NamedTuple):
    """Where a value stands, counting from 1: its key (or itself, in a list), the value, and how the value is written."""

    key_line: int
    key_column: int
    line: int
    column: int
    style: str | None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the file.

    `at` is its (line, column) from 1, where that is not simply the place of `location`; `inside` is a (line, column) within
    the text at `location` (an expression); `on_key` if it is the key that is wrong and not its value.
    """

    location: Location
    message: str
    at: tuple[int, int] | None = None
    inside: tuple[int, int] | None = None
    on_key: bool = False


@dataclass(slots=True)
class Source:
    """The file's text, its data with variables filled in, and where everything is.

    `origins` tells for a filled-in value where it came from ("env HUBSPOT_TOKEN"); such values are never shown. `filled`
    are those values, to be kept out of messages.
    """

    path: Path
    text: str
    data: Any = None
    marks: dict[Location, Mark] = field(default_factory=dict)
    origins: dict[Location, str] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set, repr=False)
    problems: list[Problem] = field(default_factory=list)

    def locate(self, location: Location) -> tuple[Location, Mark | None]:
        """The deepest known place on the way to `location`; parts that are not in the file are left out."""
        found: Location = ()
        for part in location:
            if (*found, part) in self.marks:
                found = (*found, part)
        return found, self.marks.get(found)

    def inside(self, location: Location, line: int, column: int) -> tuple[int, int]:
        """The place in the file of a position within the text at `location`."""
        mark = self.locate(location)[1]
        if mark is None:
            return 1, 1
        lines = self.text.splitlines()
        if mark.style in ("|", ">"):
            row, lead = mark.line, _indent(next((text for text in lines[mark.line :] if text.strip()), ""))
            if mark.style == "|":
                return mark.line + line, lead + column
        else:
            row, lead = mark.line - 1, mark.column - 1 + (1 if mark.style else 0)
        return _unfolded(lines, row, lead, column)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _unfolded(lines: list[str], row: int, lead: int, column: int) -> tuple[int, int]:
    """Where a column of a text stands whose lines YAML has joined with spaces; it begins at `lead` in line `row`."""
    while row + 1 < len(lines) and column > len(lines[row].rstrip()) - lead + 1:
        column -= len(lines[row].rstrip()) - lead + 1
        row += 1
        lead = _indent(lines[row])
    return row + 1, lead + column


class _Loader(yaml.CSafeLoader):
    """The C loader with the scalars of YAML 1.2's core schema."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (pyyaml's own attribute)


_SCALARS = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
)
for _tag, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))
_Loader.yaml_implicit_resolvers[""] = [("tag:yaml.org,2002:null", re.compile(r"^$"))]


def read_source(path: Path, env: Mapping[str, str]) -> Source:
    """Read and parse `path`. Never raises for what is in the file: see `Source.problems`."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return Source(path, "", problems=[Problem((), f"cannot be read: {error.strerror}")])
    if len(raw) > LARGEST_FILE:
        return Source(path, "", problems=[Problem((), f"is larger than {LARGEST_FILE:,} bytes")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return Source(path, "", problems=[Problem((), "is not UTF-8 text", (line, 1))])
    return parse_source(path, text, env)


def parse_source(path: Path, text: str, env: Mapping[str, str]) -> Source:
    """Parse `text` as the content of `path`."""
    source = Source(path, text)
    try:
        if _within_bounds(source):
            node = yaml.compose(text, Loader=_Loader)
            if node is not None:
                source.data = _Builder(source, env).build(node, ())
    except yaml.MarkedYAMLError as error:
        source.problems.append(_syntax_problem(text, error))
    except (yaml.YAMLError, ValueError) as error:
        source.problems.append(Problem((), f"is not YAML: {str(error).splitlines()[0]}"))
    return source


def _within_bounds(source: Source) -> bool:
    """Bound depth and size before the recursive composer sees the text."""
    depth = nodes = 0
    for event in yaml.parse(source.text, Loader=_Loader):
        nodes += isinstance(event, yaml.NodeEvent)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST or nodes > MOST_NODES:
            words = (
                f"is nested more than {DEEPEST} levels deep"
                if depth > DEEPEST
                else f"has more than {MOST_NODES:,} values"
            )
            source.problems.append(Problem((), words, _place(event.start_mark)))
            return False
    return True


def _place(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _syntax_problem(text: str, error: yaml.MarkedYAMLError) -> Problem:
    lines = text.splitlines()
    marks = [mark for mark in (error.problem_mark, error.context_mark) if mark is not None]
    mark = next((mark for mark in marks if mark.line < len(lines)), None)
    message = error.problem or error.context or "this is not YAML"
    if mark is None:
        return Problem((), message)
    if "\t" in lines[mark.line][: mark.column + 1]:
        message = "a tab cannot indent; use spaces"
    return Problem((), message, _place(mark))


class _Builder:
    """Turns the node graph into data, noting positions and filling in variables."""

    def __init__(self, source: Source, env: Mapping[str, str]) -> None:
        self._source = source
        self._fill = Filler(source.path.parent, env)
        self._open: set[int] = set()
        self._built = 0

    def build(self, node: yaml.Node, location: Location) -> Any:
        """The data of `node`, at `location`."""
        self._built += 1
        if self._built > MOST_NODES or id(node) in self._open:
            what = "aliases expand to too much" if self._built > MOST_NODES else "an alias contains itself"
            raise yaml.MarkedYAMLError(problem=what, problem_mark=node.start_mark)
        self._source.marks.setdefault(location, _mark(node, node))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, location)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.build(item, (*location, index)) for index, item in enumerate(node.value)]
            return self._mapping(node, location)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: yaml.Node, location: Location) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in node.value:
            if _merges(key):
                merged = {**self._merged(value, location), **merged}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._problem(location, "a key must be a single word or text", key)
            elif key.value in own:
                self._problem((*location, key.value), f"the key '{key.value}' is given twice", key)
            elif not _merges(key):
                self._source.marks[*location, key.value] = _mark(key, value)
                own[key.value] = self.build(value, (*location, key.value))
        return {**merged, **own}

    def _merged(self, node: yaml.Node, location: Location) -> dict[str, Any]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[str, Any] = {}
        for part in reversed(nodes):
            if isinstance(part, yaml.MappingNode):
                merged.update(self.build(part, location))
            else:
                self._problem(location, "<< takes a mapping or a list of mappings", part)
        return merged

    def _scalar(self, node: yaml.ScalarNode, location: Location) -> Any:
        kind = node.tag.rpartition(":")[2]
        text: str = node.value
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int":
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        if kind == "float":
            return float(text)
        if kind != "str":
            self._problem(location, f"the tag {node.tag.rpartition(':')[2]} is not supported; remove it", node)
        return self._filled(text, node, location)

    def _filled(self, text: str, node: yaml.Node, location: Location) -> str:
        if "${" not in text:
            return text
        filled = self._fill(text)
        for problem in filled.problems:
            self._problem(location, problem, node)
        if filled.origins:
            self._source.origins[location] = ", ".join(filled.origins)
            self._source.filled.update(filled.values)
        return filled.text

    def _problem(self, location: Location, message: str, node: yaml.Node) -> None:
        self._source.problems.append(Problem(location, message, _place(node.start_mark)))


def _merges(key: yaml.Node) -> bool:
    return isinstance(key, yaml.ScalarNode) and key.value == "<<" and not key.style


def _mark(key: yaml.Node, value: yaml.Node) -> Mark:
    start, own = key.start_mark, value.start_mark
    style = value.style if isinstance(value, yaml.ScalarNode) else None
    return Mark(start.line + 1, start.column + 1, own.line + 1, own.column + 1, style)
