"""The safe for what logins obtain: encrypted, one for all processes that share the database."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, text

from state import schema
from state.codec import micros, moment
from state.database import Database, replacing
from state.locks import hold
from state.sealing import KeyId, Keys, Sealed, WrongKey

_write = replacing(schema.secrets)


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """What can be told of a secret: never its value."""

    connection: str
    name: str
    key: KeyId
    at: datetime


class Vault:
    """Thread-safe; every method is one transaction. `keys` is asked each time: another process may have changed them."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def exclusive(self, connection: str, wait: float) -> AbstractContextManager[None]:
        """Nobody else logs in to `connection` meanwhile. Raises `Busy` when somebody does for longer than `wait` seconds."""
        return hold(self._database, f"login:{connection}", wait)

    def get(self, keys: Keys, connection: str, name: str, origin: str) -> str | None:
        """The secret, if it was obtained with `origin`. Raises `WrongKey` when it is there and cannot be opened."""
        with self._database.reading() as db:
            query = text("SELECT * FROM secrets WHERE connection = :connection AND name = :name")
            row = db.execute(query, {"connection": connection, "name": name}).one_or_none()
        if row is None:
            return None
        obtained_with, value = json.loads(keys.open(_sealed(row), _place(connection, name)))
        return str(value) if obtained_with == _digest(origin) else None

    def put(self, keys: Keys, connection: str, name: str, value: str, origin: str) -> None:
        """Keep a secret in place of the one that was there. It is on the disk before this returns."""
        sealed = keys.seal(json.dumps([_digest(origin), value]), _place(connection, name))
        with self._database.writing() as db:
            _write(db, [(connection, name, sealed.key, sealed.nonce, sealed.data, micros(self._now()))])

    def list(self) -> Sequence[KeptSecret]:
        """What is kept, by connection and name."""
        with self._database.reading() as db:
            rows = db.execute(text("SELECT * FROM secrets ORDER BY connection, name")).all()
        return [KeptSecret(row.connection, row.name, KeyId(row.key_id), moment(row.at)) for row in rows]

    def forget(self, connection: str) -> int:
        """Remove everything kept for `connection`; how many there were."""
        with self._database.writing() as db:
            query = text("DELETE FROM secrets WHERE connection = :connection")
            return db.execute(query, {"connection": connection}).rowcount

    def reseal(self, keys: Keys) -> tuple[int, int]:
        """Encrypt everything with the newest key, in one transaction; how many were, and how many could not be opened."""
        done = lost = 0
        with self._database.writing() as db:
            for row in db.execute(text("SELECT * FROM secrets")).all():
                place = _place(row.connection, row.name)
                try:
                    fresh = keys.seal(keys.open(_sealed(row), place), place)
                except WrongKey:
                    lost += 1
                    continue
                _write(db, [(row.connection, row.name, fresh.key, fresh.nonce, fresh.data, row.at)])
                done += 1
        return done, lost


def _digest(origin: str) -> str:
    return sha256(origin.encode()).hexdigest()


def _place(connection: str, name: str) -> str:
    return f"{connection}\x1f{name}"


def _sealed(row: Row[Any]) -> Sealed:
    return Sealed(KeyId(row.key_id), bytes(row.nonce), bytes(row.data))
