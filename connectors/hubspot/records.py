"""HubSpot's records, in the connector protocol's words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.base import Change, Held, Selection
from connectors.hubspot.paths import MERGED

Raw = Mapping[str, Any]
ROW = frozenset({"id", "properties", "updatedAt"})
"""What every record comes with."""

SPELT = len("2026-03-12T07:33:46.615Z")

Links = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Linked ids, by object and then by the id of the record they belong to."""


def moment(text: str) -> datetime:
    """A time as HubSpot writes it: ISO 8601 with or without a fraction, or epoch milliseconds; aware UTC."""
    if text[-1] == "Z":
        return datetime.fromisoformat(text)
    if text.lstrip("-").isdigit():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def millis(text: str) -> int:
    """The same in epoch milliseconds, which is as finely as HubSpot's filters cut."""
    return int(text) if text.isdigit() else round(moment(text).timestamp() * 1000)


def version(updated: str) -> str:
    """A record's version: its time of update in one spelling, since HubSpot may leave out the fraction of a whole second."""
    if len(updated) == SPELT:
        return updated
    return moment(updated).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def changes(selection: Selection, rows: Iterable[Raw], links: Links) -> list[Change]:
    """The rows' changes, and one for each record that was merged into one of them."""
    object_, history, wanted = selection.object, selection.history, selection.links
    found: list[Change] = []
    for row in rows:
        properties, updated = row["properties"], row["updatedAt"]
        change = Change(
            object_,
            row["id"],
            version(updated),
            moment(updated),
            properties,
            {other: links[other].get(row["id"], ()) for other in wanted} if wanted else {},
            _history(row, history) if history else {},
        )
        found.append(change)
        if merged := properties.get(MERGED):
            found.extend(_merged(change, merged))
    return found


def gone(object_: str, id_: str, at: datetime, merged_into: str | None = None) -> Change:
    """The news that a record is no more."""
    return Change(object_, id_, f"gone {at.isoformat()}", at, deleted=True, merged_into=merged_into)


def inline_links(rows: Sequence[Raw], links: Sequence[str]) -> tuple[Links, set[str]]:
    """The links that a list page carries, and the ids of records with more links than it carries."""
    found: dict[str, dict[str, tuple[str, ...]]] = {other: {} for other in links}
    cut: set[str] = set()
    for row in rows:
        for other, linked in (row.get("associations") or {}).items():
            if other in found:
                found[other][row["id"]] = tuple(dict.fromkeys(item["id"] for item in linked["results"]))
            if linked.get("paging"):
                cut.add(row["id"])
    return found, cut


def _merged(survivor: Change, ids: str) -> Iterator[Change]:
    for id_ in ids.split(";"):
        if id_ and id_ != survivor.id:
            yield gone(survivor.object, id_, survivor.modified, survivor.id)


def _history(row: Raw, names: Sequence[str]) -> dict[str, tuple[Held, ...]]:
    told = row.get("propertiesWithHistory") or {}
    return {
        name: tuple(Held(item.get("value") or "", moment(item["timestamp"])) for item in reversed(told.get(name) or ()))
        for name in names
    }
