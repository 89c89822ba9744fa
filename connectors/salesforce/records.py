"""Salesforce's records, in the connector protocol's words."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.base import Change, Held, Selection
from connectors.salesforce.objects import KINDS, PREFIXES, STAGE

Raw = dict[str, Any]
ROW = frozenset({"Id", "SystemModstamp"})
"""What every record is asked for."""

Links = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Ids that are linked by other records, by object and then by the id of the record they belong to."""

History = Mapping[str, tuple[Held, ...]]
"""The stages that an opportunity was in, by its id."""


def moment(text: str) -> datetime:
    """A time as Salesforce writes it: with +0000 in JSON, with Z in bulk results; aware UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def literal(at: datetime) -> str:
    """A time as queries take it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def version(stamp: str) -> str:
    """A record's version: its SystemModstamp, in the one spelling that queries take too."""
    return f"{stamp[:-5]}Z" if stamp.endswith("+0000") else literal(moment(stamp))


def asked(selection: Selection) -> tuple[str, ...]:
    """The fields to ask for: the selection's, those that say where a record stands, and its references."""
    kind = KINDS[selection.object]
    references = (kind.links[other] for other in selection.links if other in kind.links)
    return tuple(dict.fromkeys((*kind.system, *references, *selection.fields)))


def changes(selection: Selection, rows: Iterable[Raw], links: Links, history: History) -> list[Change]:
    """The rows' changes; a row that was deleted, merged or converted is told as gone."""
    object_, paths = selection.object, [name for name in selection.fields if "." in name]
    references = KINDS[object_].links
    wanted = [(other, references.get(other), PREFIXES[other], links.get(other, {})) for other in selection.links]
    found: list[Change] = []
    for row in rows:
        row.pop("attributes", None)
        id_, stamp = row["Id"], version(row["SystemModstamp"])
        if row.get("IsDeleted") is True:
            found.append(gone(object_, id_, stamp, row.get("MasterRecordId")))
        elif row.get("IsConverted") is True:
            found.append(gone(object_, id_, stamp, row.get("ConvertedContactId"), "Contact"))
        else:
            row.update((path, _at(row, path)) for path in paths)
            linked = {
                other: _referred(row, field, prefix) if field else given.get(id_, ())
                for other, field, prefix, given in wanted
            }
            past = {name: history.get(id_, ()) for name in selection.history if name == STAGE}
            found.append(Change(object_, id_, stamp, datetime.fromisoformat(stamp), row, linked, past))
    return found


def gone(object_: str, id_: str, stamp: str, into: str | None = None, into_object: str | None = None) -> Change:
    """The news that a record is no more, or lives on as another one."""
    return Change(
        object_,
        id_,
        stamp,
        datetime.fromisoformat(stamp),
        deleted=True,
        merged_into=into,
        merged_object=into_object if into else None,
    )


def _referred(row: Raw, field: str, prefix: str) -> tuple[str, ...]:
    id_ = row.get(field)
    return (id_,) if isinstance(id_, str) and id_.startswith(prefix) else ()


def _at(row: Raw, path: str) -> Any:
    """The value at the end of a relationship path such as `Owner.Email`; a bulk result has it under that very name."""
    if path in row:
        return row[path]
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
