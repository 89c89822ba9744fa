"""Positions in an object's stream, and the text they are kept as. Times are epoch seconds."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from connectors.base import Cursor, Stop


@dataclass(frozen=True, slots=True)
class Edge:
    """How far a scan by modification time has come: everything before `at`.

    `seen` holds the time of records after it that were given already and need not be given again.
    """

    at: int
    seen: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Live:
    """Following changes; deletions are known up to `swept`.

    All records were last read for their formula fields at `refreshed`; such a reading has come to this modification time
    (`reading`) while it goes on.
    """

    edge: Edge
    swept: int
    refreshed: int | None = None
    reading: int | None = None


@dataclass(frozen=True, slots=True)
class Bulk:
    """Reading everything by bulk jobs: `done` rows of this page's result are given, and `given` of all pages before it.

    `expected` is the count when it began (at `started`); `converted`: on to the leads that were converted.
    """

    started: int
    expected: int
    job: str = ""
    page: int = 1
    done: int = 0
    given: int = 0
    converted: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a small list held at the last look: version by id."""

    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Mails:
    """Following e-mails: those of all records are read that had their last activity before this time, by module."""

    edges: dict[str, int]


Position = Live | Bulk | Snapshot | Mails


def dump(position: Position) -> Cursor:
    """The position as text."""
    match position:
        case Live(edge, swept, refreshed, reading):
            data: dict[str, Any] = {
                "edge": [edge.at, edge.seen],
                "swept": swept,
                "refreshed": refreshed,
                "reading": reading,
            }
        case Bulk():
            data = {"bulk": {name: getattr(position, name) for name in Bulk.__slots__}}
        case Snapshot(versions):
            data = {"versions": versions}
        case Mails(edges):
            data = {"mails": edges}
    return Cursor(orjson.dumps({"v": 1, **data}).decode())


def load(text: Cursor) -> Position:
    """The position a text stands for. Raises `Stop` if it is not one of ours."""
    try:
        data = orjson.loads(text)
        match data:
            case {"v": 1, "edge": [int(at), dict(seen)], "swept": int(swept), **rest}:
                return Live(Edge(at, seen), swept, _time(rest.get("refreshed")), _time(rest.get("reading")))
            case {"v": 1, "bulk": dict(bulk)}:
                return Bulk(**bulk)
            case {"v": 1, "versions": dict(versions)}:
                return Snapshot(versions)
            case {"v": 1, "mails": dict(edges)}:
                return Mails(edges)
    except (ValueError, TypeError):
        pass
    fix = "Read the object anew: relevo resync CONNECTION OBJECT --full"
    raise Stop(f"The stored position in Zoho CRM's changes cannot be understood. {fix}", fix)


def _time(given: Any) -> int | None:
    """Cursors of older versions have none."""
    return None if given is None else int(given)
