"""A configuration with some values of its agreement changed, to ask what they would have meant: `score.qualified_at=65`."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sync.config_source import Location, Source, parse_source

CHANGEABLE = ("score", "sla")


class WrongChange(ValueError):
    """A change that leads nowhere; the text says where it ends."""


def changed(source: Source, changes: Iterable[str]) -> Source:
    """The source with the changes made, each `path=value` with a YAML value; what is new stands where its section does.

    A path's parts are keys; in a list, the `name` or `id` of an item. Raises `WrongChange`.
    """
    copy, marks = deepcopy(source.data), dict(source.marks)
    for change in changes:
        path, found, text = change.partition("=")
        if not found or path.partition(".")[0] not in CHANGEABLE:
            raise WrongChange(f"{change!r}: write score.… or sla.… = a value, as in score.qualified_at=65")
        *way, last = path.strip().split(".")
        place: Any = copy
        location: Location = ()
        for part in way:
            key = _key(place, part, path)
            place, location = place[key], (*location, key)
        key = _key(place, last, path, new=isinstance(place, dict))
        place[key], location = _value(text), (*location, key)
        if (mark := source.locate(location)[1]) is not None:
            marks[location] = mark
    return replace(source, data=copy, marks=marks, problems=[])


def _key(place: Any, part: str, path: str, *, new: bool = False) -> Any:
    """Where `part` is in `place`; `new`: it need not be there yet (the schema knows whether it may be)."""
    known: dict[str, Any] = {}
    if isinstance(place, dict):
        known = {str(key): key for key in place}
    elif isinstance(place, list):
        names = [item.get("name", item.get("id")) if isinstance(item, dict) else item for item in place]
        known = {str(name): index for index, name in enumerate(names) if name is not None}
    if part in known or new:
        return known.get(part, part)
    near = get_close_matches(part, known, n=1)
    hint = (
        f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}" if known else "nothing is below it"
    )
    raise WrongChange(f"{path}: there is no {part!r} in the configuration; {hint}")


def _value(text: str) -> Any:
    source = parse_source(Path("--set"), f"value: {text}", {})
    if source.problems or not isinstance(source.data, dict) or set(source.data) != {"value"}:
        raise WrongChange(f"{text!r} is no YAML value; texts with a colon need quotes")
    return source.data["value"]
