"""A configuration without its wrong parts, so that the rest of it can be checked in the same go."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from sync.config_source import Location, Problem

EMPTY: dict[str, Any] = {"version": 1, "objects": {}, "score": {"criteria": {}}}
"""Stands in for required sections that had to be cut away altogether."""


class Cut:
    """A copy of the data from which wrong parts are removed: whole list items and fields, the key itself elsewhere."""

    def __init__(self, data: Any) -> None:
        self.data = deepcopy(data)
        self.locations: set[Location] = set()
        self._positions: dict[Location, list[int]] = {}

    def remove(self, locations: Iterable[Location]) -> bool:
        """Remove the parts around `locations`, which count positions as they now are; False if nothing could be."""
        parts = {self._part(location) for location in locations} - {()}
        for part in sorted(parts, key=lambda part: [str(key).zfill(6) for key in part], reverse=True):
            self._remove(part)
        for name, content in EMPTY.items():
            self.data.setdefault(name, deepcopy(content))
        return bool(parts)

    def still_true(self, problems: Iterable[Problem]) -> list[Problem]:
        """The problems of the remaining parts, at their places in the file; those that the cutting itself caused are dropped."""
        found = [replace(p, location=self._restored(p.location)) for p in problems]
        return [p for p in found if not any(cut[: len(p.location)] == p.location for cut in self.locations)]

    def _part(self, location: Location) -> Location:
        """The part to remove for an error at `location`: what exists of it, widened to the item or field it belongs to."""
        part: Location = ()
        unit: Location = ()
        node = self.data
        for key in location:
            if not _has(node, key):
                break
            part, node = (*part, key), node[key]
            if (isinstance(key, int) and isinstance(node, dict)) or (len(part) == 4 and part[0] == "objects"):
                unit = part
        return unit or part

    def _remove(self, part: Location) -> None:
        node = self.data
        for key in part[:-1]:
            if not _has(node, key):
                return
            node = node[key]
        if not _has(node, part[-1]):
            return
        self.locations.add(self._restored(part))
        if isinstance(node, list):
            self._positions.setdefault(part[:-1], list(range(len(node)))).pop(int(part[-1]))
        del node[part[-1]]

    def _restored(self, location: Location) -> Location:
        """`location` with the list positions of the file."""
        restored: list[str | int] = []
        for depth, key in enumerate(location):
            positions = self._positions.get(location[:depth])
            restored.append(positions[key] if positions and isinstance(key, int) else key)
        return tuple(restored)


def _has(node: Any, key: str | int) -> bool:
    if isinstance(node, dict):
        return key in node
    return isinstance(node, list) and isinstance(key, int) and key < len(node)
