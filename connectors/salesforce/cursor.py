"""Positions in an object's stream, and the text they are kept as. Times are texts as queries take them; they sort as time does."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from connectors.base import Cursor, Stop


@dataclass(frozen=True, slots=True)
class Edge:
    """How far a scan by (SystemModstamp, Id) has come: everything before `at`, and of `at` itself the ids up to `id`."""

    at: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Backfill:
    """Reading all records by id, those up to `after` done, since `started`. With `job`, from that bulk job's `locator` on."""

    started: str
    after: str = ""
    job: str = ""
    locator: str = ""


@dataclass(frozen=True, slots=True)
class Live:
    """Following changes: `edge` as they happen, `late` once more when nothing can turn up before it any longer.

    `roles` follows what links an opportunity to contacts. `swept` is up to when purged records are known, `refreshed` when all
    records were last read for their formula fields; such a reading has come up to the id `reading` while it goes on.
    """

    edge: Edge
    late: Edge
    roles: Edge
    swept: str
    refreshed: str
    reading: str = ""


Position = Backfill | Live


def dump(position: Position) -> Cursor:
    """The position as text."""
    return Cursor(orjson.dumps({"v": 1, **asdict(position)}).decode())


def load(text: Cursor) -> Position:
    """The position a text stands for. Raises `Stop` if it is not one of ours."""
    try:
        match orjson.loads(text):
            case {"v": 1, "started": str(started), **rest}:
                return Backfill(started, **_texts(rest))
            case {"v": 1, "edge": edge, "late": late, "roles": roles, **rest}:
                return Live(Edge(**edge), Edge(**late), Edge(**roles), **_texts(rest))
    except (ValueError, TypeError):
        pass
    fix = "Read the object anew: relevo resync CONNECTION OBJECT --full"
    raise Stop(f"The stored position in Salesforce's changes cannot be understood. {fix}", fix)


def _texts(given: Mapping[Any, Any]) -> dict[str, str]:
    if not all(isinstance(value, str) for value in given.values()):
        raise TypeError("a position holds texts")
    return dict(given)
