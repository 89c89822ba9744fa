"""The settings in force, each with its value and where that came from. Secrets and values from outside are masked."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import Enum
from typing import Any, NamedTuple

from pydantic import BaseModel, SecretStr

from connectors.plugin import Options
from sync.config_errors import is_secret, masked
from sync.config_model import File
from sync.config_source import Location, Source
from sync.config_types import duration_text

MASK = "•••"


class Setting(NamedTuple):
    """One setting: its dotted path, its value as text, and `file:line`, `env NAME`, `file PATH` or `default`."""

    path: str
    value: str
    origin: str


def settings(file: File, options: Mapping[str, Options], source: Source) -> list[Setting]:
    """Every setting, in the order of the file's format."""
    shown: list[Setting] = []
    for name in type(file).model_fields:
        value = getattr(file, name)
        content = options if name == "connections" else value
        shown += [_setting(location, leaf, source) for location, leaf in _leaves((name,), content, source)]
    return shown


def _leaves(location: Location, value: Any, source: Source) -> Iterator[tuple[Location, Any]]:
    if isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            item = getattr(value, name)
            where = (*location, info.alias or name)
            if where in source.marks or (item is not None and name != "otherwise"):
                yield from _leaves(where, item, source)
    elif isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves((*location, _text(key)), item, source)
    elif isinstance(value, list | tuple) and value and any(isinstance(item, BaseModel) for item in value):
        for index, item in enumerate(value):
            yield from _leaves((*location, index), item, source)
    elif value not in ((), [], {}) or location in source.marks:
        yield location, value


def _setting(location: Location, value: Any, source: Source) -> Setting:
    path = ".".join(str(part) for part in location)
    mark = source.marks.get(location)
    outside = source.origins.get(location)
    if outside is not None:
        return Setting(path, MASK, outside)
    if mark is None and location[-1] in ("from", "to"):
        mark = source.marks.get(location[:-1])  # a short form is written one level above its main key
    return Setting(path, _shown(location, value), f"{source.path.name}:{mark.line}" if mark else "default")


def _shown(location: Location, value: Any) -> str:
    if isinstance(value, SecretStr) or is_secret(location[-1]):
        return MASK
    text = ", ".join(_text(item) for item in value) if isinstance(value, list | tuple) else _text(value)
    return masked(text) if "://" in text else text


def _text(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)
