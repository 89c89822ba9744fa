"""Finds connector classes by name, through the entry point group `relevo.connectors`.

Ours are found in the same way as anybody's: nothing else lists vendors.
"""

from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from connectors.plugin import ConnectorClass, Options

GROUP = "relevo.connectors"


class UnknownConnector(LookupError):
    """No installed package offers a connector of that name; `suggestion` is the nearest name there is, if any is near."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        self.suggestion = next(iter(get_close_matches(name, known, n=1)), None)
        hint = f"Did you mean {self.suggestion!r}?" if self.suggestion else f"Installed: {', '.join(known)}."
        super().__init__(f"There is no connector {name!r}. {hint}")


class BrokenConnector(Exception):
    """A connector is installed but cannot be used: its import fails, or it does not declare `Options`."""


def names() -> tuple[str, ...]:
    """The names of all installed connectors, sorted. Imports none of them."""
    return tuple(sorted({entry.name for entry in entry_points(group=GROUP)}))


def load(name: str) -> ConnectorClass:
    """The connector class of that name, imported now. Raises `UnknownConnector` or `BrokenConnector`."""
    found = tuple(entry_points(group=GROUP, name=name))
    if not found:
        raise UnknownConnector(name, names())
    return _imported(found[0])


def _imported(entry: EntryPoint) -> ConnectorClass:
    try:
        loaded = entry.load()
    except (ImportError, AttributeError) as error:
        raise BrokenConnector(f"Connector {entry.name!r} ({entry.value}) cannot be imported: {error}") from error
    options = getattr(loaded, "Options", None)
    if not (isinstance(options, type) and issubclass(options, Options)):
        raise BrokenConnector(f"Connector {entry.name!r} ({entry.value}) declares no Options.")
    return cast("ConnectorClass", loaded)
