"""Merging two records: one lives on, the other disappears without being archived.

The survivor lists lost ids in `hs_merged_object_ids`, a contact also in `hs_calculated_merged_vids` as `id:epochms;…`.
"""

from dataclasses import replace

from sandbox.hubspot.account import Account
from sandbox.hubspot.errors import bad_request
from sandbox.hubspot.kinds import Kind
from sandbox.hubspot.store import Record

MERGED, MERGED_CONTACTS = "hs_merged_object_ids", "hs_calculated_merged_vids"


def merge_records(account: Account, kind: Kind, primary_id: str, other_id: str) -> Record:
    """Merge `other` into `primary`, whose values win where both have one; returns the survivor, under a new id if the settings say so."""
    store = account.stores[kind.name]
    primary, other = store.named(primary_id), store.named(other_id)
    if primary.id == other.id:
        raise bad_request("A record cannot be merged with itself")
    now = account.clock.now()
    lost = [other.id]
    account.forget(kind, other.id)
    account.links.move(kind, other.id, primary.id)
    heir = primary
    if account.settings.merge_new_id:
        account.forget(kind, primary.id)
        heir = replace(primary, id=store.new_id())
        account.links.move(kind, primary.id, heir.id)
        lost.append(primary.id)
    own = {*kind.always, MERGED, MERGED_CONTACTS}
    gained: dict[str, str | None] = {
        name: value for name, value in other.properties.items() if name not in own and name not in primary.properties
    }
    gained[MERGED] = _joined(primary, other, MERGED, [str(id_) for id_ in lost])
    if kind.name == "contacts":
        gained[MERGED_CONTACTS] = _joined(primary, other, MERGED_CONTACTS, [f"{id_}:{now}" for id_ in lost])
    return account.changed(kind, heir, gained, now, "MERGE_OBJECTS")


def _joined(primary: Record, other: Record, name: str, new: list[str]) -> str:
    held = [part for record in (primary, other) for part in record.properties.get(name, "").split(";") if part]
    return ";".join(dict.fromkeys([*held, *new]))
