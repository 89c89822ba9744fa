"""One Zoho CRM organisation: all its state, and the writes that change records."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from sandbox.common.faults import Faults, ListFault
from sandbox.common.ledger import Entry
from sandbox.common.times import Clock
from sandbox.zoho.bulk_jobs import Job
from sandbox.zoho.errors import invalid_module
from sandbox.zoho.ledger import WorkflowRun, ZohoLedger
from sandbox.zoho.limits import Limits
from sandbox.zoho.modules import ORG, Module, standard_modules
from sandbox.zoho.paging import PageTokens
from sandbox.zoho.settings import Settings
from sandbox.zoho.store import Grave, Record, RecordId, StageVisit, Store
from sandbox.zoho.times import Seconds, local
from sandbox.zoho.tokens import Tokens
from sandbox.zoho.users import User

Values = Mapping[str, Any]
"""Field values that were checked; None clears."""

API_USER = User(
    str(ORG + 300_001), "Integración", "Relevo", "integracion@ibertech-demo.example", profile="Administrator"
)


class Org:
    """State in memory. Everything that a client may change goes through the methods below."""

    def __init__(self, settings: Settings | None = None, clock: Clock | None = None) -> None:
        self.settings = settings or Settings()
        self.clock = clock or Clock()
        self.modules: dict[str, Module] = standard_modules()
        self.stores: dict[str, Store] = {name: Store() for name in self.modules}
        self.users: dict[str, User] = {API_USER.id: API_USER}
        self.emails: dict[tuple[str, RecordId], list[Mapping[str, Any]]] = {}
        self.channels: dict[str, Mapping[str, Any]] = {}
        self.jobs: dict[str, Job] = {}
        self.ledger = ZohoLedger()
        self.limits = Limits(self.settings)
        self.faults = Faults(ListFault.read)
        self.tokens = Tokens()
        self.pages = PageTokens()
        self._ids = ORG + 1_000_000

    def configure(self, settings: Settings) -> None:
        """Change the settings while running."""
        self.settings = self.limits.settings = settings

    def now(self) -> Seconds:
        """The present second."""
        return Seconds(self.clock.now() // 1000)

    def present(self) -> str:
        """The present second as the API writes it."""
        return self.local(self.now())

    def local(self, at: int) -> str:
        """An instant as the API writes it."""
        return local(at, self.settings.time_zone)

    def new_id(self) -> RecordId:
        """An id that nothing had before."""
        self._ids += 1
        return RecordId(self._ids)

    def knows_id(self, id_: RecordId) -> None:
        """Give no id twice: this one came from outside."""
        self._ids = max(self._ids, id_)

    def module(self, name: str) -> Module:
        """The module by API name; raises the vendor's 400."""
        try:
            return self.modules[name]
        except KeyError:
            raise invalid_module() from None

    def forbids(self, permission: str) -> bool:
        """Whether the user's profile lacks a permission (`View_Leads` …)."""
        return permission in self.settings.denied.split(",")

    def refers(self, module: str, id_: str) -> bool:
        """Whether a lookup may point there; `*` is any module."""
        if module == "users":
            return id_ in self.users
        stores = self.stores.values() if module == "*" else (self.stores[module],)
        return any(store.get(id_) is not None for store in stores)

    def display_name(self, module: Module, values: Values) -> str:
        """What a lookup calls the record."""
        return " ".join([str(values[name]) for name in module.name if values.get(name)])

    def create(self, module: Module, values: Values) -> Record:
        """A new record, owned by the API's user unless it says otherwise."""
        now = self.now()
        held = {"Owner": API_USER.id, "Created_By": API_USER.id, **_set(values)}
        record = Record(self.new_id(), now, now, self.stamped(module, held, now, now))
        if module.api_name == "Deals" and "Stage" in held:
            record = replace(record, stages=(self._visit(record.values, now),))
        self.stores[module.api_name].put(record)
        self.witness(module, record.id, dict.fromkeys(values, True), values, now)
        return record

    def update(self, module: Module, record: Record, values: Values) -> Record:
        """The record with these values set or cleared."""
        now = self.now()
        changed = {name: record.values.get(name) != value for name, value in values.items()}
        self.witness(module, record.id, changed, values, now)
        if not any(changed.values()) and not self.settings.touch_unchanged:
            return record
        return self.changed(module, record, values, now, API_USER.id)

    def changed(self, module: Module, record: Record, values: Values, at: Seconds, by: str) -> Record:
        """The record changed by somebody at an instant, kept."""
        held = self.stamped(module, _set({**record.values, **values, "Modified_By": by}), record.created, at)
        after = replace(record, modified=at, values=held)
        if module.api_name == "Deals" and held.get("Stage") != record.values.get("Stage"):
            after = replace(after, stages=(*record.stages, self._visit(held, at)))
        self.stores[module.api_name].put(after)
        return after

    def stamped(self, module: Module, values: Values, created: Seconds, modified: Seconds) -> dict[str, Any]:
        """The values with what the server derives: times, full name, whether converted, when a task was closed."""
        held = dict(values)
        held["Created_Time"], held["Modified_Time"] = self.local(created), self.local(modified)
        held.setdefault("Modified_By", held.get("Created_By"))
        if "Full_Name" in module.fields:
            held["Full_Name"] = self.display_name(module, held)
        if module.converts:
            held.setdefault("Converted__s", False)
        if module.api_name == "Tasks" and held.get("Status") == "Completed":
            held.setdefault("Closed_Time", held["Modified_Time"])
        return held

    def delete(self, module: Module, record: Record, at: Seconds, *, permanent: bool = False) -> None:
        """To the recycle bin, or for good."""
        name, by = self.display_name(module, record.values), record.values.get("Created_By")
        grave = (
            Grave(record.id, at, True, None, None, None)
            if permanent
            else Grave(record.id, at, False, name, API_USER.id, by)
        )
        self.stores[module.api_name].bury(grave)

    def automate(self, module: Module, id_: RecordId, event: str, trigger: object) -> None:
        """Set the automations going that a write asked for: all of them when it does not say."""
        if trigger is None or (isinstance(trigger, list) and "workflow" in trigger):
            self.ledger.workflow_runs.append(WorkflowRun(module.api_name, id_, event))

    def witness(self, module: Module, id_: RecordId, changed: Mapping[str, bool], values: Values, at: Seconds) -> None:
        """Write into the ledger what was written here."""
        self.ledger.writes.extend(
            Entry(module.api_name, id_, name, _text(values[name]), at * 1000, new) for name, new in changed.items()
        )

    @staticmethod
    def _visit(values: Values, at: Seconds) -> StageVisit:
        by = str(values.get("Modified_By") or API_USER.id)
        return StageVisit(str(values.get("Stage")), at, by, values.get("Amount"), values.get("Closing_Date"))


def _set(values: Values) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
