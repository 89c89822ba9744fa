"""Loading state in bulk, past the API's rules: the account's history before the sync, or what a person does in the CRM's own pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.common.times import Millis, parse_instant
from sandbox.hubspot.account import Account
from sandbox.hubspot.campaigns import Campaign, parse_item
from sandbox.hubspot.kinds import Kind, kind_named
from sandbox.hubspot.links import TypeId
from sandbox.hubspot.owners import Owner
from sandbox.hubspot.pipelines import parse_pipelines
from sandbox.hubspot.properties import parse_property
from sandbox.hubspot.store import Record, RecordId, Version
from sandbox.hubspot.tokens import Token
from sandbox.hubspot.values import as_text

HAND = "CRM_UI"


@dataclass(frozen=True, slots=True)
class Seed:
    """One record to load. Values are taken as they are, however dirty; times are epoch ms."""

    properties: Mapping[str, str]
    id: int | None = None
    created: int | None = None
    modified: int | None = None
    archived: bool = False
    history: Mapping[str, Sequence[tuple[str, int]]] | None = None


def load(account: Account, given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Load a body of `/_sandbox/load`; the ids by kind. Raises ValueError for a property that the account does not have.

    `properties`: create bodies by kind. `objects`: rows by kind, {properties, id?, created?, modified?, archived?, history?: {name: [[value,
    instant], …]}}; a row with a known id changes that record. `associations`: [kind, id, kind, id, type id?]. `owners`, `campaigns`, `pipelines`
    and `tokens` ({token, scopes, expires?}): see the functions below. Instants are epoch ms or ISO-8601.
    """
    for kind, definitions in given.get("properties", {}).items():
        for one in definitions:
            account.catalogs[kind].create(
                parse_property({"groupName": next(iter(account.catalogs[kind].groups)), **one}, account.clock.now())
            )
        account.watch_unique(kind_named(kind))
    for kind, pipelines in given.get("pipelines", {}).items():
        account.pipelines[kind] = parse_pipelines(pipelines)
    for one in given.get("owners", ()):
        load_owner(account, one)
    for one in given.get("tokens", ()):
        expires = one.get("expires")
        account.tokens.access[one["token"]] = Token(
            one["token"], frozenset(one["scopes"]), None if expires is None else _instant(expires)
        )
    for one in given.get("campaigns", ()):
        load_campaign(account, one)
    ids = {
        name: load_records(account, kind_named(name), map(_seed, rows))
        for name, rows in given.get("objects", {}).items()
    }
    load_links(account, given.get("associations", ()))
    return {name: [str(id_) for id_ in made] for name, made in ids.items()}


def load_records(account: Account, kind: Kind, seeds: Iterable[Seed]) -> list[RecordId]:
    """Create records; one whose id is there already is changed instead, as by a person's hand."""
    store, known = account.stores[kind.name], account.catalogs[kind.name]
    ids = []
    for seed in seeds:
        unknown = [name for name in seed.properties if name not in known]
        if unknown:
            raise ValueError(f"{kind.name} have no property {unknown[0]!r}; create it first")
        held = None if seed.id is None else store.get(RecordId(seed.id))
        if held is not None:
            _change(account, kind, held, seed)
            ids.append(held.id)
        else:
            ids.append(_create(account, kind, seed))
    return ids


def _create(account: Account, kind: Kind, seed: Seed) -> RecordId:
    store, now = account.stores[kind.name], account.clock.now()
    id_ = store.new_id() if seed.id is None else RecordId(seed.id)
    created = Millis(now if seed.created is None else seed.created)
    updated = Millis(created if seed.modified is None else seed.modified)
    history = {
        name: tuple(Version(value, Millis(at), HAND) for value, at in versions)
        for name, versions in (seed.history or {}).items()
    }
    properties = {name: value for name, value in seed.properties.items() if value}
    record = Record(id_, created, updated, properties, history, updated if seed.archived else None)
    account.keep(kind, store.stamp(record), at_once=True)
    return id_


def _change(account: Account, kind: Kind, held: Record, seed: Seed) -> None:
    values = {name: value or None for name, value in seed.properties.items()}
    changed = {name: value for name, value in values.items() if held.properties.get(name) != value}
    at = account.clock.now() if seed.modified is None else Millis(seed.modified)
    record = account.changed(kind, held, changed, at, HAND)
    if seed.archived:
        account.keep(kind, replace(record, archived_at=at))


def load_links(account: Account, rows: Iterable[Sequence[Any]]) -> None:
    """Associations as (kind, id, kind, id[, type id]): without a type, the unlabelled one."""
    for left, a, right, b, *types in rows:
        account.links.add(
            kind_named(left), RecordId(int(a)), kind_named(right), RecordId(int(b)), {TypeId(int(one)) for one in types}
        )


def load_owner(account: Account, given: Mapping[str, Any]) -> None:
    """An owner: {id, email, firstName, lastName, userId?, teams?: [[id, name]], archived?}."""
    id_ = int(given["id"])
    account.owners[id_] = Owner(
        id_,
        int(given.get("userId", id_ + 40_000_000)),
        str(given["email"]),
        str(given.get("firstName", "")),
        str(given.get("lastName", "")),
        tuple((int(team), str(name)) for team, name in given.get("teams", ())),
        bool(given.get("archived", False)),
    )


def load_campaign(account: Account, given: Mapping[str, Any]) -> None:
    """A campaign: {id, properties, created?, budget?: [{name, amount}], spend?: [{name, amount}]}."""
    created = _instant(given["created"]) if "created" in given else account.clock.now()
    budget, spend = (
        {str(n): parse_item({"order": n, **item}, str(n), created) for n, item in enumerate(given.get(name, ()), 1)}
        for name in ("budget", "spend")
    )
    account.campaigns[given["id"]] = Campaign(given["id"], dict(given["properties"]), created, created, budget, spend)


def _seed(given: Mapping[str, Any]) -> Seed:
    created, modified = given.get("created"), given.get("modified")
    return Seed(
        {name: as_text(value) or "" for name, value in given.get("properties", {}).items()},
        None if given.get("id") is None else int(given["id"]),
        None if created is None else _instant(created),
        None if modified is None else _instant(modified),
        bool(given.get("archived", False)),
        {
            name: [(str(value), _instant(at)) for value, at in versions]
            for name, versions in given.get("history", {}).items()
        },
    )


def _instant(value: object) -> Millis:
    at = parse_instant(str(value))
    if at is None:
        raise ValueError(f"{value!r} is not an instant")
    return at
