"""HubSpot: contacts, companies, deals, leads and activities, with owners, pipelines and campaigns."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

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
from connectors.hubspot import checks, details
from connectors.hubspot import fields as properties
from connectors.hubspot import writes as updates
from connectors.hubspot.account import Account, Told
from connectors.hubspot.cursor import Snapshot, dump, load
from connectors.hubspot.login import Login
from connectors.hubspot.options import HubSpotOptions
from connectors.hubspot.paths import CRM_OBJECTS, Paths
from connectors.hubspot.records import gone
from connectors.hubspot.search import Search
from connectors.hubspot.signals import Signals
from connectors.hubspot.snapshots import campaigns, listed, snapshot
from connectors.hubspot.stream import begin, stream
from connectors.hubspot.transport import Transport
from connectors.pace import Limit, Pace
from connectors.plugin import Ports


class HubSpot:
    """One HubSpot account."""

    Options = HubSpotOptions
    abilities = Abilities(
        objects=(*CRM_OBJECTS, "owners", "pipelines", "campaigns"),
        writable=CRM_OBJECTS,
        links={name: tuple(other for other in CRM_OBJECTS if other != name) for name in CRM_OBJECTS},
        history=CRM_OBJECTS,
        tells_deletes=True,
        tells_merges=True,
        batch_size=updates.BATCH,
        provisions_fields=True,
    )

    def __init__(self, options: HubSpotOptions, ports: Ports) -> None:
        paths = Paths.of(options.api_version)
        limits = {"calls": Limit(options.burst, 10.0), "search": Limit(options.search_burst, 1.0)}
        pace = Pace(limits, ports.now, ports.sleep)
        told = Told(ports.now, pace, options.burst)
        self._signals = Signals(ports.now)
        self._login = Login(options, paths, ports)
        api = Api(Transport(options.host), self._signals, self._login.credentials(), pace, ports, told)
        self._login.api = api
        self._account = Account(api, paths, options, told)

    def check(self) -> Sequence[Finding]:
        """Ask for the account, one record of each object, and the token's scopes."""
        findings, self._signals.zone = checks.check(self._account, self._login.scopes)
        return findings

    def describe(self, object: str) -> Schema:  # noqa: A002 (the domain's word)
        """One call; none for owners, pipelines and campaigns."""
        return properties.describe(self._account, object)

    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        """See `stream`; a quiet pull of an object costs at most two searches."""
        at = load(since) if since else None
        if selection.object in CRM_OBJECTS:
            return stream(self._account, selection, None if isinstance(at, Snapshot) else at)
        seen = at if isinstance(at, Snapshot) else None
        return (campaigns if selection.object == "campaigns" else snapshot)(self._account, selection, seen)

    def rewind(self, object: str, to: datetime) -> Cursor:  # noqa: A002 (the domain's word)
        """The small lists have no past: they are read whole again."""
        return dump(begin(round(to.timestamp() * 1000)) if object in CRM_OBJECTS else Snapshot({}))

    def read(self, selection: Selection, ids: Sequence[str]) -> Sequence[Change]:
        """Batch reads, and one call more for each id that is missing."""
        if selection.object in CRM_OBJECTS:
            return details.read(self._account, selection, ids)
        found = {change.id: change for change in listed(self._account, selection.object)}
        now = self._account.told.now()
        return [found.get(id_) or gone(selection.object, id_, now) for id_ in ids]

    def count(self, object: str, window: Window) -> int:  # noqa: A002 (the domain's word)
        """The search's own total, which lags as the search does."""
        if object in CRM_OBJECTS:
            return Search(self._account, Selection(object, ())).count(window)
        since, until = (
            window.since or datetime.min.replace(tzinfo=UTC),
            window.until or datetime.max.replace(tzinfo=UTC),
        )
        return sum(since <= change.modified < until for change in listed(self._account, object))

    def push(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        """A hundred writes a call; HubSpot cannot guard versions, so they are not looked at."""
        return updates.push(self._account, writes)

    def provision(self, fields: Sequence[FieldSpec]) -> Sequence[Provisioned]:
        """Creates properties in the group "relevo"."""
        return properties.provision(self._account, fields)

    def quota(self) -> Quota | None:
        """From the headers of the last answer; OAuth apps are not told."""
        return self._account.told.quota
