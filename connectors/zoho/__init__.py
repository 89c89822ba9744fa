"""Zoho CRM: leads, contacts, accounts, deals, activities campaigns and e-mails, with the users who own them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from connectors.base import (
    Abilities,
    Change,
    Cursor,
    FieldSpec,
    Finding,
    Later,
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
from connectors.pace import Limit, Pace
from connectors.plugin import Ports
from connectors.zoho import checks, counts, emails, fields, listing, stages
from connectors.zoho import writes as updates
from connectors.zoho.account import Account, Told
from connectors.zoho.cursor import Bulk, Edge, Live, Mails, Snapshot, dump, load
from connectors.zoho.emails import EMAILS
from connectors.zoho.environment import addresses
from connectors.zoho.login import Login
from connectors.zoho.modules import MODULES, links
from connectors.zoho.options import ZohoOptions
from connectors.zoho.records import gone
from connectors.zoho.signals import TEN_MINUTES, Signals
from connectors.zoho.stream import stream
from connectors.zoho.transport import Transport
from connectors.zoho.users import USERS, listed, users


class Zoho:
    """One Zoho CRM organisation."""

    Options = ZohoOptions
    abilities = Abilities(
        objects=(*MODULES, EMAILS, USERS),
        writable=MODULES,
        links={**links(), EMAILS: emails.PARENTS},
        history=("Deals",),
        tells_deletes=True,
        guards_versions=True,
        batch_size=updates.BATCH,
        provisions_fields=True,
    )

    def __init__(self, options: ZohoOptions, ports: Ports) -> None:
        transport = Transport(addresses(options), options.concurrency)
        self._login = Login(options, transport, ports)
        told = Told(ports.now, options.credits_a_day)
        pace = Pace({"login": Limit(TOKENS, TEN_MINUTES)}, ports.now, ports.sleep)
        api = Api(transport, Signals(lambda: told.left), self._login.credentials(), pace, ports, told)
        self._login.api = api
        self._account = Account(api, options, told, ports)
        self._descriptions = fields.Descriptions(self._account)

    def check(self) -> Sequence[Finding]:
        """Ask for the organisation and one record of each module."""
        return checks.check(self._account, lambda: self._login.scopes)

    def describe(self, object: str) -> Schema:  # noqa: A002 (the domain's word)
        """One call; none for users and e-mails."""
        return fields.describe(self._descriptions, object)

    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        """See `stream`; a quiet pull of a module costs one call, and one for deletions when those are due."""
        at = load(since) if since else None
        if selection.object in MODULES:
            return stream(self._account, self._descriptions, selection, at if isinstance(at, Live | Bulk) else None)
        if selection.object == EMAILS:
            return emails.emails(self._account, selection, at if isinstance(at, Mails) else None)
        return users(self._account, selection, at if isinstance(at, Snapshot) else None)

    def rewind(self, object: str, to: datetime) -> Cursor:  # noqa: A002 (the domain's word)
        """The users have no past: they are read whole again."""
        at = int(to.timestamp())
        if object == EMAILS:
            return dump(Mails(dict.fromkeys(emails.PARENTS, at)))
        return dump(Live(Edge(at), at) if object in MODULES else Snapshot({}))

    def read(self, selection: Selection, ids: Sequence[str]) -> Sequence[Change]:
        """A call for each hundred, and one more for each id that is missing."""
        if selection.object in MODULES:
            return self._read(selection, ids)
        if selection.object == EMAILS:
            return emails.read(self._account, selection, ids)
        found = {change.id: change for change in listed(self._account)}
        return [found.get(id_) or gone(selection.object, id_, self._account.told.now()) for id_ in ids]

    def count(self, object: str, window: Window) -> int:  # noqa: A002 (the domain's word)
        """By a query, one credit; leads that were converted are not counted."""
        if object in MODULES:
            return counts.count(self._account, object, window)
        if object == EMAILS:
            return emails.count(self._account, window)
        since = window.since or datetime.min.replace(tzinfo=UTC)
        until = window.until or datetime.max.replace(tzinfo=UTC)
        return sum(since <= change.modified < until for change in listed(self._account))

    def push(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        """A hundred writes a call, and a call more where versions are guarded."""
        return updates.push(self._account, self._descriptions, writes)

    def provision(self, fields_: Sequence[FieldSpec]) -> Sequence[Provisioned]:
        """Creates custom fields, five a call."""
        return fields.provision(self._account, self._descriptions, fields_)

    def quota(self) -> Quota | None:
        """From the headers of the last answer; Zoho tells credits only once half of them are used."""
        return self._account.told.quota

    def _read(self, selection: Selection, ids: Sequence[str]) -> list[Change]:
        found = stages.changes(self._account, selection, listing.records(self._account, selection, ids))
        there = {change.id for change in found}
        missing = [id_ for id_ in dict.fromkeys(ids) if id_ not in there]
        if any(listing.exists(self._account, selection.object, id_) for id_ in missing):
            raise Later("Zoho CRM says of one and the same record that it is there and that it is not.", 60)
        return found + [gone(selection.object, id_, self._account.told.now()) for id_ in missing]


TOKENS = 10
"""Access tokens that one refresh token makes in ten minutes."""
