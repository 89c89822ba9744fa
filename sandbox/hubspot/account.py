"""One HubSpot account: all its state, and the writes that change records."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sandbox.common.faults import Faults
from sandbox.common.ledger import Entry, Ledger
from sandbox.common.times import Clock, Millis, iso
from sandbox.hubspot.campaigns import Campaign
from sandbox.hubspot.errors import Problem, bad_request, conflict, invalid_values
from sandbox.hubspot.faults import Fault
from sandbox.hubspot.index import Index
from sandbox.hubspot.kinds import KINDS, Kind
from sandbox.hubspot.limits import Limits
from sandbox.hubspot.links import LinkStore
from sandbox.hubspot.owners import Owner
from sandbox.hubspot.pipelines import Pipeline, Stage, standard_pipelines
from sandbox.hubspot.properties import Catalog
from sandbox.hubspot.settings import Settings
from sandbox.hubspot.standard import LIFECYCLE, standard_catalogs
from sandbox.hubspot.store import Record, RecordId, Store, Version
from sandbox.hubspot.tokens import Tokens
from sandbox.hubspot.values import Taken, take

Values = Mapping[str, str | None]
"""Property values that were checked; None clears."""


class Account:
    """State in memory. Everything that a client may change goes through the methods below."""

    def __init__(self, settings: Settings | None = None, clock: Clock | None = None) -> None:
        self.settings = settings or Settings()
        self.clock = clock or Clock()
        self.catalogs: dict[str, Catalog] = standard_catalogs()
        self.stores: dict[str, Store] = {kind.name: Store(kind) for kind in KINDS}
        self.indexes: dict[str, Index] = {kind.name: Index() for kind in KINDS}
        self.links = LinkStore()
        self.ledger = Ledger[Entry]()
        self.limits = Limits(self.settings)
        self.faults = Faults(Fault.read)
        self.tokens = Tokens()
        self.owners: dict[int, Owner] = {}
        self.pipelines: dict[str, list[Pipeline]] = standard_pipelines()
        self.campaigns: dict[str, Campaign] = {}
        self._correlations = 0
        for kind in KINDS:
            self.watch_unique(kind)

    def configure(self, settings: Settings) -> None:
        """Change the settings while running."""
        self.settings = self.limits.settings = settings

    def present(self) -> str:
        """The present instant as the API writes it."""
        return iso(self.clock.now())

    def correlation(self) -> str:
        """An id for an error answer, never given twice."""
        self._correlations += 1
        return str(uuid.UUID(int=self._correlations))

    def watch_unique(self, kind: Kind) -> None:
        """Enforce uniqueness for the properties that are defined so."""
        store = self.stores[kind.name]
        for name in self.catalogs[kind.name].unique():
            store.unique.setdefault(name, {})

    def stage(self, kind: Kind, id_: str | None) -> Stage | None:
        """A stage of any pipeline of the kind."""
        stages = (stage for pipeline in self.pipelines.get(kind.name, ()) for stage in pipeline.stages)
        return next((stage for stage in stages if stage.id == id_), None)

    def taken(self, kind: Kind, given: Mapping[str, Any]) -> tuple[Values, list[Problem]]:
        """The values as they would be held, and what is wrong with the others."""
        values: dict[str, str | None] = {}
        problems: list[Problem] = []
        for name, value in given.items():
            one = self._taken(kind, name, value)
            if isinstance(one, Problem):
                problems.append(one)
            else:
                values[name] = one
        return values, problems

    def checked(self, kind: Kind, given: Mapping[str, Any]) -> Values:
        """The values as they would be held; raises the vendor's 400 that names every bad one."""
        values, problems = self.taken(kind, given)
        if problems:
            raise invalid_values(problems, self.settings.portal_id)
        return values

    def check_new(self, kind: Kind, values: Values) -> None:
        """Raises when a required or unique property stands in the way of a new record."""
        missing = [name for name in kind.required if not values.get(name)]
        if missing:
            raise bad_request(
                f"Error creating {kind.singular.upper()}. Some required properties were not set: {missing}"
            )
        self.check_unique(kind, values, None)

    def create(self, kind: Kind, values: Values) -> Record:
        """A new record."""
        self.check_new(kind, values)
        store, now = self.stores[kind.name], self.clock.now()
        held = {name: value for name, value in values.items() if value is not None}
        record = store.stamp(Record(store.new_id(), now, now, {"hs_object_source": "INTEGRATION", **held}))
        effects = {name: value for name, value in self._effects(kind, values, record, now).items() if value is not None}
        record = self.keep(kind, replace(record, properties={**record.properties, **effects}))
        self._witness(kind, record.id, dict.fromkeys(values, True), values, now)
        return record

    def update(self, kind: Kind, record: Record, values: Values) -> Record:
        """Set values; moves the modified time only when something changed (or when the settings say always)."""
        now = self.clock.now()
        self.check_unique(kind, values, record.id)
        values = self._forward_only(record, values)
        changed = {name: value for name, value in values.items() if record.properties.get(name) != value}
        self._witness(kind, record.id, {name: name in changed for name in values}, values, now)
        if changed or self.settings.touch_unchanged:
            changed |= self._effects(kind, changed, record, now)
            record = self.changed(kind, record, changed, now, "INTEGRATION")
        return record

    def changed(self, kind: Kind, record: Record, values: Values, at: Millis, source: str) -> Record:
        """Replace the record by one with these values, its history grown, modified `at`."""
        history, properties = dict(record.history), dict(record.properties)
        for name, value in values.items():
            history[name] = (*record.versions(name), Version(value or "", at, source))
            if value is None:
                properties.pop(name, None)
            else:
                properties[name] = value
        properties |= {"hs_object_id": str(record.id), kind.modified: iso(at)}
        return self.keep(kind, Record(record.id, record.created, at, properties, history, record.archived_at))

    def archive(self, kind: Kind, record: Record) -> None:
        """Move the record to the archived list; what it was linked to does not show it any more."""
        self.links.drop(kind, record.id)
        now = self.clock.now()
        self.keep(kind, self.stores[kind.name].stamp(replace(record, archived_at=now, updated=now)))

    def keep(self, kind: Kind, record: Record, at_once: bool = False) -> Record:
        """Hold the record, and let search see it after the lag (at once for what was there before anyone looked)."""
        self.stores[kind.name].put(record)
        if at_once:
            self.indexes[kind.name].show(record)
        else:
            self._index(kind, record.id, record)
        return record

    def forget(self, kind: Kind, id_: RecordId) -> None:
        """Drop a record for good; its links are for the caller to move or drop."""
        self.stores[kind.name].remove(id_)
        self._index(kind, id_, None)

    def check_unique(self, kind: Kind, values: Values, own: RecordId | None) -> None:
        """409 when another record has a value that must be unique."""
        store = self.stores[kind.name]
        for name in store.unique.keys() & values.keys():
            holder = store.taken_by(name, values[name] or "")
            if holder is not None and holder != own:
                raise conflict(f"{kind.singular.capitalize()} already exists. Existing ID: {holder}")

    def _index(self, kind: Kind, id_: RecordId, record: Record | None) -> None:
        due = self.clock.now() + round(self.settings.search_lag_s * 1000)
        self.indexes[kind.name].note(id_, record, due)

    def _taken(self, kind: Kind, name: str, value: Any) -> Taken:
        definition = self.catalogs[kind.name].get(name)
        if definition is None:
            return Problem("PROPERTY_DOESNT_EXIST", name, f'Property "{name}" does not exist')
        return take(definition, value, self._allowed(kind, name))

    def _allowed(self, kind: Kind, name: str) -> frozenset[str] | None:
        if name == "hubspot_owner_id":
            return frozenset(str(id_) for id_ in self.owners)
        pipelines = self.pipelines.get(kind.name, [])
        if name in {"dealstage", "hs_pipeline_stage"} and pipelines:
            return frozenset(stage.id for pipeline in pipelines for stage in pipeline.stages)
        if name in {"pipeline", "hs_pipeline"} and pipelines:
            return frozenset(pipeline.id for pipeline in pipelines)
        return None

    def _effects(self, kind: Kind, values: Values, record: Record, now: Millis) -> dict[str, str | None]:
        """Properties that HubSpot itself sets when these change."""
        effects: dict[str, str | None] = {}
        if "dealstage" in values and (stage := self.stage(kind, values["dealstage"])):
            effects["hs_is_closed"] = str(stage.closed).lower()
            effects["hs_is_closed_won"] = str(stage.probability == "1.0").lower()
            effects["hs_deal_stage_probability"] = stage.probability
        if "lifecyclestage" in values:
            dated = f"hs_lifecyclestage_{values['lifecyclestage']}_date"
            if dated in self.catalogs[kind.name] and dated not in record.properties:
                effects[dated] = str(now)
        return effects

    def _forward_only(self, record: Record, values: Values) -> Values:
        if "lifecyclestage" not in values:
            return values
        held, new = record.properties.get("lifecyclestage"), values["lifecyclestage"]
        if not self.settings.lifecycle_forward_only or held not in LIFECYCLE or new not in LIFECYCLE:
            return values
        if LIFECYCLE.index(new) >= LIFECYCLE.index(held):
            return values
        return {**values, "lifecyclestage": held}

    def _witness(self, kind: Kind, id_: RecordId, changed: Mapping[str, bool], values: Values, at: Millis) -> None:
        self.ledger.writes.extend(Entry(kind.name, id_, name, values[name], at, new) for name, new in changed.items())


def pick(names: Sequence[str], catalog: Catalog, kind: Kind) -> tuple[str, ...]:
    """The properties an answer carries: those asked for that exist (unknown ones are left out in silence), and the server's own."""
    asked = [name for name in names if name in catalog] if names else list(kind.shown)
    return tuple(dict.fromkeys((*asked, *kind.always)))
