"""A whole application over an in-memory CRM and a real SQLite file, with a clock that stands where the test puts it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Field, FieldKind
from connectors.memory.world import World
from sync.app import App
from sync.config import parse_config
from sync.engine import RunReport, run_sync

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
_SERIAL = count(1)

OBJECTS = """
  {name}.contacts:
    as: person
    fields:
      email: email
      stage: {{from: stage, map: {{lead: lead, mql: mql}}, otherwise: reject}}
      employees: {{from: employees, type: integer}}
      owner: owner
      created_at: {{from: created_at, type: datetime}}
    touchpoints:
      - {{id: form, type: form, at: form_at, direction: inbound, actor: lead}}
    write:
      score: {{to: relevo_score}}
      sla_status: {{to: relevo_sla_status}}
      sla_due: {{to: relevo_sla_due}}
  {name}.calls:
    as: touchpoint
    links: [contacts]
    fields:
      type: {{value: call}}
      at: {{from: at, type: datetime}}
      direction: {{value: outbound}}
      actor: {{from: by, map: {{rep: human, bot: automated}}, otherwise: {{value: unknown}}}}
"""

TAIL = """
score:
  qualified_at: 70
  criteria:
    interest:
      cap: 60
      rules: [{id: form, on: form, points: 50, half_life: 14d}]
    fit:
      cap: 40
      rules: [{id: size, when: "employees >= 200", points: 40}]
sla:
  policies: [{name: first-contact, target: 24h}]
"""


def config_text(names: list[str], worlds: dict[str, str], url: str) -> str:
    connections = "".join(f"  {name}: {{connector: memory, world: {worlds[name]}}}\n" for name in names)
    objects = "".join(OBJECTS.format(name=name) for name in names)
    return f"version: 1\nstate: {{url: '{url}'}}\nconnections:\n{connections}objects:{objects}{TAIL}"


@dataclass
class Bench:
    """The application's surroundings: its CRMs, its clock, its database file, and ways to move each."""

    folder: Path
    names: list[str]
    worlds: dict[str, str]
    time: datetime = NOW
    edit: Callable[[str], str] = field(default=lambda text: text)
    database: str = "relevo.db"

    def now(self) -> datetime:
        return self.time

    def world(self, name: str = "crm") -> World:
        return World.named(self.worlds[name])

    def text(self) -> str:
        return config_text(self.names, self.worlds, f"sqlite:///{self.folder / self.database}")

    def open(self) -> App:
        return App.open(parse_config(self.edit(self.text()), {}), now=self.now, sleep=lambda seconds: None)

    def sync(self, name: str = "crm", **options: Any) -> RunReport:
        with self.open() as app:
            return run_sync(app, name, **options)

    def lead(self, id: str, *, form_at: datetime | None = NOW, employees: str = "250", name: str = "crm") -> None:  # noqa: A002
        fields = {"email": f"{id}@example.es", "stage": "lead", "employees": employees, "owner": "o1"}
        fields["created_at"] = (NOW - timedelta(days=30)).isoformat()
        if form_at is not None:
            fields["form_at"] = form_at.isoformat()
        self.world(name).put("contacts", id, fields)

    def call(self, id: str, contact: str, at: datetime, by: str = "rep") -> None:  # noqa: A002
        self.world().put("calls", id, {"at": at.isoformat(), "by": by})
        self.world().link("calls", id, "contacts", contact)

    def held(self, id: str, name: str = "crm") -> dict[str, Any]:  # noqa: A002
        fields = self.world(name).rows["contacts"][id]["fields"]
        return {key.removeprefix("relevo_"): value for key, value in fields.items() if key.startswith("relevo_")}

    def writes(self, name: str = "crm") -> int:
        """How many times any record's score was set in the CRM."""
        return sum(len(row["history"].get("relevo_score", [])) for row in self.world(name).rows["contacts"].values())


MAPPED = {
    "contacts": ("email", "stage", "employees", "owner", "created_at", "form_at"),
    "calls": ("at", "by"),
}
OURS = ("relevo_score", "relevo_sla_status", "relevo_sla_due")


def provision(world: World) -> None:
    """The CRM's account has every field that is mapped, whether or not a record holds it yet."""
    for name, fields in {**MAPPED, "contacts": MAPPED["contacts"] + OURS}.items():
        world.fields[name] |= {field: Field(field, field, FieldKind.TEXT) for field in fields}


def make_bench(folder: Path, names: list[str]) -> Bench:
    worlds = {name: f"sync-{next(_SERIAL)}" for name in names}
    bench = Bench(folder, names, worlds)
    for name in names:
        provision(bench.world(name))
    return bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return make_bench(tmp_path, ["crm"])


@pytest.fixture
def two(tmp_path: Path) -> Bench:
    return make_bench(tmp_path, ["crm", "other"])
