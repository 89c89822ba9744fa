"""Loading state in bulk, past the API's rules: the organisation's history before the sync, or what a person does in the CRM's own pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.zoho.metadata import define
from sandbox.zoho.modules import Module
from sandbox.zoho.org import API_USER, Org
from sandbox.zoho.store import Record, RecordId, StageVisit
from sandbox.zoho.times import Seconds, instant
from sandbox.zoho.tokens import Token
from sandbox.zoho.users import User


@dataclass(frozen=True, slots=True)
class Seed:
    """One record to load. Values are taken as they are, however dirty, but for lookups, which are ids; times are epoch seconds.

    `deleted` is recycle or permanent, at the modified time. `stages` are a deal's: stage, when, and who (the owner unless said).
    """

    values: Mapping[str, Any]
    id: int | None = None
    created: int | None = None
    modified: int | None = None
    deleted: str = ""
    locked: bool = False
    stages: Sequence[tuple[str, int, str]] = field(default=())


def load(org: Org, given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Load a body of `/_sandbox/load`; the ids by module. Raises ValueError or Refusal for what the organisation cannot hold."""
    for name, definitions in given.get("fields", {}).items():
        for one in definitions:
            define(org, org.modules[name], {"field_label": one.get("api_name", ""), **one}, "$")
    for name, hidden in given.get("hidden", {}).items():
        hide(org.modules[name], hidden)
    for one in given.get("users", ()):
        load_user(org, one)
    for one in given.get("tokens", ()):
        expires = one.get("expires")
        ends = None if expires is None else instant(expires)
        org.tokens.access[one["token"]] = Token(one["token"], frozenset(one["scopes"]), ends)
    for one in given.get("grants", ()):
        org.tokens.grant(one["refresh_token"], one["scopes"])
    made = {
        name: load_records(org, org.modules[name], [_seed(row) for row in rows])
        for name, rows in given.get("objects", {}).items()
    }
    for one in given.get("emails", ()):
        load_email(org, one)
    return {name: [str(id_) for id_ in ids] for name, ids in made.items()}


def load_records(org: Org, module: Module, seeds: Iterable[Seed]) -> list[RecordId]:
    """Create records; one whose id is there already is changed instead, as by a person's hand."""
    store, ids, fresh, dead = org.stores[module.api_name], [], [], []
    for seed in seeds:
        unknown = [name for name in seed.values if name not in module.fields and name != "$se_module"]
        if unknown:
            raise ValueError(f"{module.api_name} have no field {unknown[0]!r}; create it first")
        held = None if seed.id is None else store.get(seed.id)
        record = _made(org, module, seed) if held is None else _changed(org, module, held, seed)
        if held is None:
            fresh.append(record)
        if seed.deleted:
            dead.append((record.id, record.modified, seed.deleted == "permanent"))
        ids.append(record.id)
    store.put_new(fresh)
    for id_, at, permanent in dead:
        org.delete(module, store.live[id_], at, permanent=permanent)
    return ids


def load_user(org: Org, given: Mapping[str, Any]) -> None:
    """A user: {id, email, first_name, last_name, status?, time_zone?, role?, profile?, created?, modified?}."""
    rest = {name: given[name] for name in ("status", "time_zone", "role", "profile") if name in given}
    created, modified = (instant(given.get(name, 0)) for name in ("created", "modified"))
    user = User(
        str(given["id"]),
        given.get("first_name", ""),
        given.get("last_name", ""),
        given["email"],
        **rest,
        created=created,
        modified=modified,
    )
    org.users[user.id] = user
    org.knows_id(RecordId(int(user.id)))


def load_email(org: Org, given: Mapping[str, Any]) -> None:
    """An e-mail in a record's related list: {module, id, subject, time, sent, from, to, owner?, source?, status?}."""
    key = (given["module"], RecordId(int(given["id"])))
    org.emails.setdefault(key, []).append({**given, "time": int(instant(given["time"]))})


def hide(module: Module, names: Iterable[str]) -> None:
    """Take fields out of the sight of the user's profile."""
    for name in names:
        module.fields[name] = replace(module.fields[name], visible=False)


def _made(org: Org, module: Module, seed: Seed) -> Record:
    now = org.now()
    created = Seconds(now if seed.created is None else seed.created)
    modified = Seconds(created if seed.modified is None else seed.modified)
    id_ = org.new_id() if seed.id is None else RecordId(seed.id)
    org.knows_id(id_)
    held = {name: value for name, value in seed.values.items() if value is not None and value != ""}
    owner = held.setdefault("Owner", API_USER.id)
    held.setdefault("Created_By", owner)
    visits = tuple(
        StageVisit(stage, Seconds(at), by or str(owner), held.get("Amount"), held.get("Closing_Date"))
        for stage, at, by in seed.stages
    )
    if module.api_name == "Deals" and "Stage" in held and not visits:
        visits = (StageVisit(str(held["Stage"]), created, str(owner)),)
    return Record(id_, created, modified, org.stamped(module, held, created, modified), seed.locked, visits)


def _changed(org: Org, module: Module, held: Record, seed: Seed) -> Record:
    at = org.now() if seed.modified is None else Seconds(seed.modified)
    by = str(seed.values.get("Modified_By") or held.values.get("Owner") or API_USER.id)
    values = {name: None if value == "" else value for name, value in seed.values.items()}
    record = replace(org.changed(module, held, values, at, by), locked=seed.locked)
    org.stores[module.api_name].put(record)
    return record


def _seed(given: Mapping[str, Any]) -> Seed:
    return Seed(
        dict(given.get("values", {})),
        None if given.get("id") is None else int(given["id"]),
        None if given.get("created") is None else instant(given["created"]),
        None if given.get("modified") is None else instant(given["modified"]),
        given.get("deleted", ""),
        bool(given.get("locked", False)),
        [(stage, instant(at), *(by or ("",)))[:3] for stage, at, *by in given.get("stages", ())],
    )
