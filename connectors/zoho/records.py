"""Zoho CRM's records, in the connector protocol's words. Values are passed on as they came: understanding them is the mapping's."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.base import Change, Held, Later, Selection
from connectors.zoho.modules import (
    ABOUT,
    ABOUT_MODULE,
    ACTIVITIES,
    CONVERTED,
    CONVERTED_CONTACT,
    LOOKUPS,
    MODIFIED,
    head,
)

Raw = Mapping[str, Any]
ROW = frozenset({"id", MODIFIED})
"""What every record comes with."""


def moment(text: object) -> datetime:
    """A time as Zoho writes it: whole seconds at the offset of the user's zone; aware UTC. Raises `Later` for any other text."""
    try:
        parsed = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise Later("Zoho CRM gives a time of its own that cannot be read.", 3600)
    return parsed.astimezone(UTC)


def seconds(row: Raw) -> int:
    """When a record was modified, in epoch seconds."""
    return int(moment(row[MODIFIED]).timestamp())


def stamp(at: int | datetime) -> str:
    """An instant in the only spelling that Zoho reads: no `Z`, no fraction."""
    when = datetime.fromtimestamp(at, UTC) if isinstance(at, int) else at.astimezone(UTC)
    return when.isoformat(timespec="seconds")


def version(modified: datetime) -> str:
    """A record's version: when it was modified, in one spelling. Two changes within a second share one."""
    return stamp(modified)


def plain(value: Any) -> Any:
    """A lookup as the id it points to, a list as one text; anything else as it is."""
    if isinstance(value, dict) and "id" in value:
        return value["id"]
    if isinstance(value, list):
        return ";".join(str(plain(item)) for item in value)
    return value


def change(selection: Selection, row: Raw, stages: Sequence[Held] = ()) -> Change:
    """A row as the selection wants it. A lead that was converted is gone, and lives on as its contact."""
    at = moment(row[MODIFIED])
    if selection.object == "Leads" and row.get(CONVERTED) in (True, "true"):
        contact = plain(row.get(CONVERTED_CONTACT))
        into = (str(contact), "Contacts") if contact else (None, None)
        return Change("Leads", row["id"], version(at), at, deleted=True, merged_into=into[0], merged_object=into[1])
    return Change(
        selection.object,
        row["id"],
        version(at),
        at,
        {name: _value(row, name) for name in selection.fields},
        {other: _linked(selection.object, row, other) for other in selection.links},
        {name: tuple(stages) for name in selection.history},
    )


def gone(object_: str, id_: str, at: datetime) -> Change:
    """The news that a record is no more."""
    return Change(object_, id_, f"gone {stamp(at)}", at, deleted=True)


def _value(row: Raw, name: str) -> Any:
    field = head(name)
    if field == name:
        return plain(row.get(name))
    lookup = row.get(field)
    return lookup.get(name.removeprefix(f"{field}.")) if isinstance(lookup, dict) else None


def _linked(object_: str, row: Raw, other: str) -> tuple[str, ...]:
    found = [plain(row.get(LOOKUPS.get(object_, {}).get(other, "")))]
    if object_ in ACTIVITIES and row.get(ABOUT_MODULE) == other:
        found.append(plain(row.get(ABOUT)))
    return tuple(dict.fromkeys(str(id_) for id_ in found if id_))
