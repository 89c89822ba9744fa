"""Salesforce: leads, contacts, accounts, opportunities, activities, campaigns and users."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from connectors.base import (
    Abilities,
    Change,
    Cursor,
    FieldSpec,
    Finding,
    Outcome,
    Page,
    Provisioned,
    Quota,
    Schema,
    Selection,
    Window,
    Write,
)
from connectors.http import Api
from connectors.pace import Pace
from connectors.plugin import Ports
from connectors.salesforce import checks, details, ingest
from connectors.salesforce import fields as definitions
from connectors.salesforce import writes as updates
from connectors.salesforce.account import Account, Told
from connectors.salesforce.cursor import dump, load
from connectors.salesforce.ingest_file import ROWS
from connectors.salesforce.login import Login
from connectors.salesforce.objects import KINDS, linked
from connectors.salesforce.options import SalesforceOptions
from connectors.salesforce.records import literal
from connectors.salesforce.signals import signals
from connectors.salesforce.soql import count
from connectors.salesforce.stream import begin, stream
from connectors.salesforce.transport import Transport


class Salesforce:
    """One Salesforce org."""

    Options = SalesforceOptions
    abilities = Abilities(
        objects=tuple(KINDS),
        writable=tuple(name for name in KINDS if name != "User"),
        links={name: linked(name) for name in KINDS if linked(name)},
        history=("Opportunity",),
        tells_deletes=True,
        tells_merges=True,
        batch_size=updates.BATCH,
        provisions_fields=True,
    )

    def __init__(self, options: SalesforceOptions, ports: Ports) -> None:
        told = Told(ports.now)
        login = Login(options, ports, told.now)
        login.transport = Transport(options.host, options.client, lambda: login.instance)
        pace = Pace({}, ports.now, ports.sleep)
        api = login.api = Api(login.transport, signals, login.credentials(), pace, ports, told)
        self.abilities = replace(Salesforce.abilities, bulk_from=options.bulk_writes_from, bulk_size=ROWS)
        self._account = Account(api, options, told, ports.now, ports.sleep)

    def check(self) -> Sequence[Finding]:
        """Two calls: who we are, and what objects we see."""
        return checks.check(self._account)

    def describe(self, object: str) -> Schema:  # noqa: A002 (the domain's word)
        """One call; fields that this user may not see are not there."""
        return definitions.describe(self._account, object)

    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        """See `stream`; a quiet pull of an object costs one query, and sometimes a second one."""
        return stream(self._account, selection, load(since) if since else None)

    def rewind(self, object: str, to: datetime) -> Cursor:  # noqa: A002 (the domain's word)
        """To the second in which `to` lies."""
        return dump(begin(literal(to.replace(microsecond=0)), literal(self._account.told.now())))

    def read(self, selection: Selection, ids: Sequence[str]) -> Sequence[Change]:
        """Some 400 records a call, as the database holds them."""
        return details.read(self._account, selection, ids)

    def count(self, object: str, window: Window) -> int:  # noqa: A002 (the domain's word)
        """The database's own count; a converted lead counts as the contact it has become."""
        since = (f"SystemModstamp >= {literal(window.since)}",) if window.since else ()
        until = (f"SystemModstamp < {literal(window.until)}",) if window.until else ()
        return count(self._account, object, (*KINDS[object].live, *since, *until))

    def push(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        """Two hundred writes in two calls, or many in one job; Salesforce cannot guard versions of many, so they are not looked at."""
        return ingest.push(self._account, writes)

    def provision(self, fields: Sequence[FieldSpec]) -> Sequence[Provisioned]:
        """Creates custom fields and grants them to this user by the permission set "Relevo"."""
        return definitions.provision(self._account, fields)

    def quota(self) -> Quota | None:
        """From the headers of the last answer."""
        return self._account.told.quota
