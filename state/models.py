"""The models fitted on this company's own history: every version is kept, one of them is in force."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Case, Row, case, select, update

from state import schema
from state.codec import micros, moment
from state.database import Database

_models = schema.models


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A fitted model. `parameters` is what scores, JSON, None where nothing could be fitted; `card` what is known of it, JSON.

    `weighs`: it passed the gate. `pinned`: a later fit does not take its place.
    """

    version: str
    fitted_at: datetime
    weighs: bool
    parameters: str | None
    card: str
    active: bool = False
    pinned: bool = False


class UnknownModel(LookupError):
    """No stored model has this version."""


class Models:
    """The stored models. Each method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def add(self, version: str, *, weighs: bool, parameters: str | None, card: str) -> ModelRow:
        """Keep a fit made now, and put it in force unless another one is pinned. Adding it again only dates it anew (I2)."""
        at = self._now()
        values = {"fitted_at": micros(at), "weighs": int(weighs), "parameters": parameters, "card": card}
        with self._database.writing() as db:
            if db.execute(update(_models).where(_models.c.version == version).values(values)).rowcount == 0:
                db.execute(_models.insert().values(version=version, active=0, pinned=0, **values))
            if db.scalar(select(_models.c.version).where(_models.c.pinned == 1)) is None:
                db.execute(update(_models).values(active=_is(version)))
            return _row(db.execute(select(_models).where(_models.c.version == version)).one())

    def versions(self) -> Sequence[ModelRow]:
        """All of them, newest first."""
        with self._database.reading() as db:
            found = db.execute(select(_models).order_by(_models.c.fitted_at.desc(), _models.c.version))
            return [_row(row) for row in found]

    def active(self) -> ModelRow | None:
        """The one in force."""
        with self._database.reading() as db:
            row = db.execute(select(_models).where(_models.c.active == 1)).one_or_none()
            return None if row is None else _row(row)

    def get(self, version: str) -> ModelRow:
        """The model with this version or unique beginning of one. Raises UnknownModel."""
        found = [row for row in self.versions() if row.version.startswith(version)]
        if len(found) != 1:
            raise UnknownModel(version)
        return found[0]

    def pin(self, version: str) -> ModelRow:
        """Put this version in force, whatever is fitted later. Raises UnknownModel."""
        row = self.get(version)
        with self._database.writing() as db:
            db.execute(update(_models).values(active=_is(row.version), pinned=_is(row.version)))
        return self.get(row.version)

    def unpin(self) -> ModelRow | None:
        """Let fits take their turn again, beginning with the newest that there is."""
        newest = next(iter(self.versions()), None)
        with self._database.writing() as db:
            db.execute(update(_models).values(pinned=0, active=_is(newest.version if newest else "")))
        return self.active()


def _is(version: str) -> Case[int]:
    return case((_models.c.version == version, 1), else_=0)


def _row(row: Row[Any]) -> ModelRow:
    return ModelRow(
        version=row.version,
        fitted_at=moment(row.fitted_at),
        weighs=bool(row.weighs),
        parameters=row.parameters,
        card=row.card,
        active=bool(row.active),
        pinned=bool(row.pinned),
    )
