"""What the contract kit works on: a connector with the other side of its API in hand, and a clock that nobody waits for."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import pytest

from connectors.base import Change, Connector, Cursor, Field, Outcome, Page, Selection, Write
from connectors.plugin import Ports

RETRY_AFTER = 7.0
"""Seconds that a `THROTTLED` answer asks for."""


class Fault(StrEnum):
    """What a bench can make its side do instead of serving."""

    REJECTED = "answers that the access token is not valid, whichever it is"
    THROTTLED = "answers that there were too many calls, and to come back after RETRY_AFTER"
    DOWN = "answers that it is not available"
    LISTLESS = "answers well-formed JSON without the promised list"
    NOT_JSON = "answers a page of HTML with status 200"
    ANSWER_LOST = "does what was asked, and drops the connection before it has answered"


class Bench(Protocol):
    """A connector and the other side of its API, empty at first.

    `selection` names the object under test; its first field is text and writable. `refused` are fields of a write that the
    CRM will not take although it has the fields. `schema` is what `describe` must say of some of the fields. `many`
    records fill at least three pages. A bench may have a `new_field`: the name of the field to create, where the CRM will not
    have "relevo_contract".
    """

    selection: Selection
    refused: Mapping[str, Any]
    schema: Mapping[str, Field]
    secrets: tuple[str, ...]
    many: int

    def connect(self, ports: Ports) -> Connector:
        """A new connector."""
        ...

    def add(self, count: int, at: datetime | None = None) -> list[str]:
        """Create records; with `at`, all modified in that very millisecond. Returns their ids."""
        ...

    def change(self, id: str, value: str) -> None:  # noqa: A002 (the domain's word)
        """Somebody sets the first field."""
        ...

    def held(self, id: str) -> Any:  # noqa: A002 (the domain's word)
        """What the CRM holds in the first field."""
        ...

    def delete(self, id: str) -> None:  # noqa: A002 (the domain's word)
        """Somebody deletes the record."""
        ...

    def merge(self, lost: str, into: str) -> None:
        """Somebody merges two records."""
        ...

    def link(self, id: str) -> str:  # noqa: A002 (the domain's word)
        """Link the record to a record of the selection's first linked object; returns the other's id."""
        ...

    def future(self) -> Cursor:
        """A cursor as a stream would give it in the year 2999."""
        ...

    def inject(self, fault: Fault, times: int | None = None) -> None:
        """Let the next answers be faulty; all of them if `times` is None."""
        ...

    def logins(self) -> int:
        """How often an access token was asked for."""
        ...


class Clock:
    """A clock that only a sleeper moves."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)
        self.slept = 0.0

    def now(self) -> datetime:
        """The time."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.slept += seconds
        self.time += timedelta(seconds=seconds)


class Desk:
    """A connector on its bench, with what a test asks of it over and over."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.clock = Clock()
        self.ports = Ports(self.clock.now, self.clock.sleep)
        self.connector = bench.connect(self.ports)
        self.selection = bench.selection
        self.object = bench.selection.object
        self.field = bench.selection.fields[0]

    def pages(self, since: Cursor | None = None) -> list[Page]:
        """All pages to the present end; checks that they end as promised."""
        pages = list(self.connector.pull(self.selection, since))
        if [page.last for page in pages] != [False] * (len(pages) - 1) + [True]:
            raise AssertionError("exactly the last page of a pull is `last`")
        return pages

    def changes(self, since: Cursor | None = None) -> list[Change]:
        """All changes to the present end."""
        return [change for page in self.pages(since) for change in page.changes]

    def latest(self) -> dict[str, Change]:
        """The last change told of each record: a first pull may tell one more than once."""
        return {change.id: change for change in self.changes()}

    def caught_up(self) -> Cursor:
        """A cursor behind which nothing waits any more."""
        return self.pages(self.pages()[-1].cursor)[-1].cursor

    def calls(self) -> int:
        """How many calls the connector has made."""
        return self.ports.ledger.calls

    def write(self, id_: str, value: Any = "written", version: str | None = None) -> Write:
        """A write to the first field."""
        return Write(self.object, id_, {self.field: value}, version)

    def push(self, *writes: Write) -> list[Outcome]:
        """Push, and wait for all outcomes."""
        return list(self.connector.push(writes))

    def able(self, ability: object, name: str) -> None:
        """Skip a rule about something that the connector says it cannot do."""
        if not ability:
            pytest.skip(f"the connector does not claim {name}")
