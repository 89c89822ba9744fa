"""Positions in an object's stream, and the text they are kept as."""

from dataclasses import dataclass
from typing import Any

import orjson

from connectors.base import Cursor, Stop


@dataclass(frozen=True, slots=True)
class Edge:
    """How far a scan by modification time has come: everything before `at` (epoch ms), and of `at` itself the `ids`.

    With `whole`, all of `at` too. Fewer than a page of ids are ever held: an instant with more is drained and `whole`.
    """

    at: int
    ids: frozenset[str] = frozenset()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Backfill:
    """Listing all records; `after` is HubSpot's own paging cursor, `started` (epoch ms) when the first page came."""

    after: str
    started: int


@dataclass(frozen=True, slots=True)
class Live:
    """Following changes: `edge` as they happen, `late` once more behind the lag of the index.

    `swept` is when (epoch ms) the archived records were last listed to their end, `refreshed` when all records were last read
    for their calculated properties; such a reading goes on from HubSpot's own paging cursor `reading`.
    """

    edge: Edge
    late: Edge
    swept: int | None = None
    refreshed: int | None = None
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a small list held at the last look: version by id. `at` (epoch ms) is the time of the last full look."""

    versions: dict[str, str]
    at: int = 0


Position = Backfill | Live | Snapshot


def dump(position: Position) -> Cursor:
    """The position as text."""
    match position:
        case Backfill():
            data: dict[str, Any] = {"after": position.after, "started": position.started}
        case Live():
            data = {
                "edge": _edge(position.edge),
                "late": _edge(position.late),
                "swept": position.swept,
                "refreshed": position.refreshed,
                "reading": position.reading,
            }
        case Snapshot():
            data = {"versions": position.versions, "at": position.at}
    return Cursor(orjson.dumps({"v": 1, **data}).decode())


def load(text: Cursor) -> Position:
    """The position a text stands for. Raises `Stop` if it is not one of ours."""
    try:
        data = orjson.loads(text)
        match data:
            case {"v": 1, "after": str(after), "started": int(started)}:
                return Backfill(after, started)
            case {"v": 1, "edge": edge, "late": late, "swept": swept, **rest}:
                refreshed, reading = _time(rest.get("refreshed")), str(rest.get("reading", ""))
                return Live(_read(edge), _read(late), swept, refreshed, reading)
            case {"v": 1, "versions": dict(versions), "at": int(at)}:
                return Snapshot(versions, at)
    except (ValueError, TypeError):
        pass
    fix = "Read the object anew: relevo resync CONNECTION OBJECT --full"
    raise Stop(f"The stored position in HubSpot's changes cannot be understood. {fix}", fix)


def _edge(edge: Edge) -> list[Any]:
    return [edge.at, sorted(edge.ids), edge.whole]


def _read(data: list[Any]) -> Edge:
    at, ids, whole = data
    return Edge(int(at), frozenset(ids), bool(whole))


def _time(given: Any) -> int | None:
    """Cursors of older versions have none."""
    return None if given is None else int(given)
