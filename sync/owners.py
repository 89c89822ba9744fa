"""Whose hours an owner works by: the agreement, with the owners that the CRMs tell of looked up."""

from dataclasses import replace

from journey.derive import Agreement
from journey.model import Kind
from journey.working_hours import Owner
from state.store import Store
from sync.subjects import every


def with_owners(agreement: Agreement, store: Store) -> Agreement:
    """The agreement over what is known of the owners now. Reads nothing where it makes no difference who owns a person."""
    if not agreement.hours.by_owner:
        return agreement
    told = ((fact.ref.id, fact.values.get("email"), fact.values.get("team")) for fact in every(store, Kind.OWNER))
    owners = [Owner(id_, *(None if value is None else str(value) for value in values)) for id_, *values in told]
    return replace(agreement, hours=agreement.hours.with_owners(owners))
