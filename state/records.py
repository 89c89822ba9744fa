"""Records as they lie in the database, and what a newly read fact does to one.

A record is written only when what is mapped from it differs from what is held (`hash`), and never by an older version. Only
a person's and a company's past values are kept, for they are what a score in the past depends on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from sqlalchemy import Connection

from journey.identity import external_id, normalise_email, person_id
from journey.likeness import traits
from journey.model import Fact, Kind, PersonId, Ref, Value
from state import schema
from state.codec import encode, fact_hash, micros, plain_text
from state.database import Key, Upsert, by_keys, replacing
from state.sources import Sources

_WITH_PAST = (Kind.PERSON, Kind.COMPANY)

_write_records = replacing(schema.records)
_touch_records = Upsert(schema.records, "version = excluded.version, modified = excluded.modified")
_write_links = Upsert(schema.links)
_write_stages = Upsert(schema.stage_changes)
_write_past = Upsert(schema.past_values)


class Verdict(Enum):
    """What a fact did to its record; the names are those of the counters."""

    NEW = auto()
    CHANGED = auto()
    UNCHANGED = auto()
    STALE = auto()
    DELETED = auto()
    MERGED = auto()


class Who(NamedTuple):
    """Who a record is: the columns by which records of one person are found."""

    email: str | None
    external_id: str | None
    phone: str | None
    namesake: str | None


_NOBODY = Who(None, None, None, None)


class Held(NamedTuple):
    """A record as it is stored: a row of `records`, its columns in order."""

    source: int
    id: str
    kind: str
    version: str
    modified: int
    hash: bytes
    body: str
    person: PersonId | None
    email: str | None
    gone: int
    merged_source: int | None
    merged_id: str | None
    external_id: str | None
    phone: str | None
    namesake: str | None

    @property
    def key(self) -> Key:
        """The record's key."""
        return Key(self.source, self.id)

    @property
    def order(self) -> tuple[int, int, str]:
        """Later versions compare greater; counters compare as numbers, timestamps as texts."""
        return self.modified, len(self.version), self.version


@dataclass(slots=True)
class Batch:
    """Facts weighed against what is held: what is to be written, and each fact's verdict."""

    verdicts: list[tuple[Fact, Verdict]] = field(default_factory=list)
    before: dict[Key, Held] = field(default_factory=dict)
    after: dict[Key, tuple[Held, Fact]] = field(default_factory=dict)
    touched: dict[Key, Held] = field(default_factory=dict)
    past: list[tuple[object, ...]] = field(default_factory=list)

    @property
    def replaced(self) -> list[Key]:
        """Written records that were there before."""
        return [key for key in self.after if key in self.before]

    def keys(self, *kinds: Kind) -> list[Key]:
        """Written records that are or were of these kinds."""
        return [
            key
            for key, (held, _) in self.after.items()
            if held.kind in kinds or (key in self.before and self.before[key].kind in kinds)
        ]


def names_in(facts: Iterable[Fact]) -> Iterable[Ref]:
    """Every record named by the facts, so that its source has a number."""
    for fact in facts:
        yield fact.ref
        yield from fact.links
        if fact.merged_into is not None:
            yield fact.merged_into


def weigh(connection: Connection, sources: Sources, facts: Sequence[Fact]) -> Batch:
    """Compare the facts, in their order, with what is held. Nothing is written."""
    batch = Batch()
    keys = [sources.key(fact.ref) for fact in facts]
    batch.before = {held.key: held for held in held_records(connection, set(keys))} if keys else {}
    current = dict(batch.before)
    for key, fact in zip(keys, facts, strict=True):
        held = current.get(key)
        record = _record(sources, key, fact, held)
        verdict = _verdict(fact, record, held)
        batch.verdicts.append((fact, verdict))
        if verdict is Verdict.STALE:
            continue
        if verdict is not Verdict.UNCHANGED:
            batch.after[key] = record, fact
            batch.touched.pop(key, None)
            _keep_past(batch, record, held)
        elif held is not None and record.order > held.order:
            batch.touched[key] = record
        current[key] = record
    return batch


def held_records(connection: Connection, keys: Iterable[Key]) -> list[Held]:
    """The stored records among `keys`."""
    columns = ", ".join(f"r.{column.name}" for column in schema.records.columns)
    sql = f"SELECT {columns} FROM k JOIN records r ON r.source = k.source AND r.id = k.id"  # noqa: S608
    return [Held._make(row) for row in by_keys(connection, sql, keys)]


def linked_to(connection: Connection, keys: Iterable[Key]) -> list[Key]:
    """The live records that name one of these in their links, by source and id."""
    sql = (
        "SELECT DISTINCT r.source, r.id FROM k JOIN links l ON l.to_source = k.source AND l.to_id = k.id"
        " JOIN records r ON r.source = l.source AND r.id = l.id WHERE r.gone = 0 ORDER BY r.source, r.id"
    )
    return [Key(*row) for row in by_keys(connection, sql, keys)]


def write(connection: Connection, sources: Sources, batch: Batch) -> None:
    """Write what `weigh` found: records, links, stage changes and past values."""
    _write_records(connection, [held for held, _ in batch.after.values()])
    # A record that was written and then met again as unchanged carries its newest version from here.
    _touch_records(connection, list(batch.touched.values()))
    if replaced := batch.replaced:
        for table in ("links", "stage_changes"):
            by_keys(connection, f"DELETE FROM {table} WHERE (source, id) IN (SELECT source, id FROM k)", replaced)  # noqa: S608
    _write_links(connection, [(*key, *sources.key(to)) for key, (_, fact) in batch.after.items() for to in fact.links])
    _write_stages(
        connection,
        [(*key, micros(s.at), plain_text(s.stage)) for key, (_, fact) in batch.after.items() for s in fact.stages],
    )
    _write_past(connection, batch.past)
    gone = [key for key, (held, _) in batch.after.items() if held.gone]
    for table in ("outbox", "agreed_fields", "past_values") if gone else ():
        by_keys(connection, f"DELETE FROM {table} WHERE (source, id) IN (SELECT source, id FROM k)", gone)  # noqa: S608


def _record(sources: Sources, key: Key, fact: Fact, held: Held | None) -> Held:
    body = encode(fact.values)
    is_person = fact.kind is Kind.PERSON
    merged = sources.key(fact.merged_into) if fact.merged_into is not None else (None, None)
    known_person = held.person if held is not None else None
    return Held(
        source=key.source,
        id=key.id,
        kind=str(fact.kind),
        version=plain_text(fact.version),
        modified=micros(fact.modified),
        hash=fact_hash(fact, body),
        body=body,
        # A first guess; `state.identity` joins records that are the same person.
        person=(known_person or person_id(fact.ref)) if is_person else None,
        gone=int(fact.deleted or fact.merged_into is not None),
        merged_source=merged[0],
        merged_id=merged[1],
        **(who(fact.values) if is_person else _NOBODY)._asdict(),
    )


def _verdict(fact: Fact, record: Held, held: Held | None) -> Verdict:
    if held is not None and record.order < held.order:
        return Verdict.STALE
    if held is not None and record.hash == held.hash:
        return Verdict.UNCHANGED
    if fact.merged_into is not None:
        return Verdict.MERGED
    if fact.deleted:
        return Verdict.DELETED
    return Verdict.NEW if held is None else Verdict.CHANGED


def _keep_past(batch: Batch, record: Held, held: Held | None) -> None:
    # Equal times mean that the mapping changed and not the record: the record never held the old values.
    if held is None or held.gone or held.kind not in _WITH_PAST or record.modified == held.modified:
        return
    if record.body != held.body:
        batch.past.append((*record.key, record.modified, held.body))


def who(values: Mapping[str, Value]) -> Who:
    """What a person's mapped values say of who it is."""
    email, outside, known = values.get("email"), external_id(values.get("external_id")), traits(values)
    return Who(
        email=normalise_email(plain_text(email)) if isinstance(email, str) else None,
        external_id=plain_text(outside) if outside is not None else None,
        phone=known.phone_key,
        namesake=plain_text(known.namesake) if known.namesake is not None else None,
    )
