"""Records as the API writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sandbox.common.times import iso
from sandbox.hubspot.account import Account, pick
from sandbox.hubspot.call import next_page
from sandbox.hubspot.kinds import Kind, kind_named
from sandbox.hubspot.links import types_between
from sandbox.hubspot.store import Record

_INLINE_LINKS = 100


@dataclass(frozen=True, slots=True)
class Shape:
    """What of each record goes into an answer."""

    kind: Kind
    names: tuple[str, ...]
    history: tuple[str, ...] = ()
    linked: tuple[Kind, ...] = ()


def shape(
    account: Account, kind: Kind, names: Sequence[str], history: Sequence[str] = (), linked: Sequence[str] = ()
) -> Shape:
    """The shape for what was asked; names of unknown properties are left out in silence, unknown object types are a 400."""
    catalog = account.catalogs[kind.name]
    return Shape(
        kind,
        pick([*names, *history], catalog, kind),
        tuple(name for name in history if name in catalog),
        tuple(kind_named(name) for name in linked),
    )


def row(account: Account, record: Record, wanted: Shape) -> dict[str, Any]:
    """One record."""
    held = record.properties
    told: dict[str, Any] = {
        "id": str(record.id),
        "properties": {name: held.get(name) for name in wanted.names},
        "createdAt": held[wanted.kind.created],
        "updatedAt": held[wanted.kind.modified],
        "archived": record.archived_at is not None,
    }
    if record.archived_at is not None:
        told["archivedAt"] = iso(record.archived_at)
    if wanted.history:
        told["propertiesWithHistory"] = {name: _versions(record, name) for name in wanted.history}
    if wanted.linked and (links := _links(account, record, wanted)):
        told["associations"] = links
    return told


def _versions(record: Record, name: str) -> list[dict[str, Any]]:
    return [
        {"value": version.value, "timestamp": iso(version.at), "sourceType": version.source}
        for version in reversed(record.versions(name))
    ]


def _links(account: Account, record: Record, wanted: Shape) -> dict[str, Any]:
    """By object; one entry for each type of a link, so that a primary one stands there twice."""
    told: dict[str, Any] = {}
    for other in wanted.linked:
        links = account.links.of(wanted.kind, record.id, other)
        if not links:
            continue
        names = {one.id: one.name for one in types_between(wanted.kind, other)}
        results = [
            {"id": str(id_), "type": names[type_]}
            for id_, types in islice(links.items(), _INLINE_LINKS)
            for type_ in sorted(types)
        ]
        told[other.name] = {"results": results}
        if len(links) > _INLINE_LINKS:
            told[other.name]["paging"] = next_page(str(list(links)[_INLINE_LINKS]))
    return told
