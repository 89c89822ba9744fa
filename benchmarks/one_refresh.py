"""one-refresh: 16 threads meet one expired token and it is renewed once; a token rejected for good is given up on.

Counted at the sandboxes. The cases: the CRM rejects a token that the connector takes to be valid (all calls are under way
before the first is answered); the connector knows that the token has ended (Salesforce does not tell when); the CRM rejects every
access token, fresh ones too; and it refuses the refresh token. The last is for one call; how often as many threads as before
try it is told, and is no part of the promise.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from typing import Any

from benchmarks._three import Server, options, three
from benchmarks.figure import finish
from connectors import registry
from connectors.base import Connector, Later, Selection, Stop
from connectors.plugin import Ports
from sandbox.salesforce.serve import SalesforceSandbox
from sync.app import App
from sync.config import load_config

PROCESSES = 3
"""That share a database, each with all the threads."""

LATER = timedelta(hours=3)
"""No access token lives as long."""

SLOW = {"effect": "delay", "delay_s": 0.3}
"""Every answer takes its time, so that all threads have sent the old token before one of them knows."""

DATA = {"hubspot": "* /crm*", "salesforce": "* /[cjqt]*", "zoho": "* /[!o]*"}
"""Every call but a login's, as the sandboxes name routes."""

PEOPLE: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "hubspot": ("contacts", "firstname", {"properties": {"firstname": "Ana"}}),
    "salesforce": ("Lead", "FirstName", {"FirstName": "Ana", "LastName": "Gil", "Company": "Acme"}),
    "zoho": ("Leads", "First_Name", {"values": {"First_Name": "Ana", "Last_Name": "Gil"}}),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one case: calls to the login, calls answered with 401, threads served, and what the others were told."""

    logins: int
    rejected: int
    served: int
    told: frozenset[str]


@dataclass
class Scene:
    """One CRM with a record for each thread; `ahead` is how far the connector's clock has moved on."""

    vendor: str
    server: Server
    threads: int
    ids: list[str] = field(default_factory=list)
    ahead: timedelta = timedelta()

    def __post_init__(self) -> None:
        object_, _, row = PEOPLE[self.vendor]
        self.ids = self.server.load(objects={object_: [row] * self.threads})[object_]

    def now(self) -> datetime:
        """The connector's clock."""
        return datetime.now(UTC) + self.ahead

    def connector(self, **more: Any) -> Connector:
        """A new connector with its clock at the CRM's, and waits that do not."""
        self.server.faults([])
        self.server.config(clock={})
        self.ahead = timedelta()
        made = registry.load(self.vendor)
        own = {"concurrency": self.threads} if self.vendor == "zoho" else {}
        given = made.Options.model_validate(options(self.vendor, self.server, **own) | more)
        return made(given, Ports(self.now, lambda seconds: None))

    def signed_in(self) -> Connector:
        """A connector that has its token."""
        connector = self.connector()
        connector.read(self.selection, self.ids[:1])
        return connector

    @property
    def selection(self) -> Selection:
        """What is read."""
        object_, name, _ = PEOPLE[self.vendor]
        return Selection(object_, (name,))

    def expire(self) -> None:
        """End the token at the CRM, as time does."""
        if isinstance(self.server, SalesforceSandbox):
            self.server.expire()
        else:
            self.server.config(clock={"offset_s": LATER.total_seconds()})

    def seen(self, connector: Connector, threads: int | None = None) -> Seen:
        """Let every thread read a record of its own at the same time."""
        self.server.clear_ledger()
        ids = self.ids[:threads]
        start = Barrier(len(ids))
        with ThreadPoolExecutor(len(ids)) as pool:
            outcomes = list(pool.map(lambda id_: self._read(connector, start, id_), ids))
        ledger = self.server.ledger(writes=False)
        logins = sum(count for route, count in ledger["calls"].items() if route.endswith("/token"))
        told = frozenset(outcome for outcome in outcomes if outcome)
        return Seen(logins, ledger["statuses"].get("401", 0), outcomes.count(""), told)

    def _read(self, connector: Connector, start: Barrier, id_: str) -> str:
        start.wait()
        try:
            (change,) = connector.read(self.selection, [id_])
        except (Stop, Later) as error:
            return f"{'Stop' if isinstance(error, Stop) else 'Later'}: {error}"
        assert change.fields
        return ""


def rejected(scene: Scene) -> tuple[Seen, bool]:
    """The token has ended and nobody knows: one renewal, everybody served."""
    connector = scene.signed_in()
    scene.expire()
    scene.server.faults([SLOW])
    seen = scene.seen(connector)
    return seen, seen == Seen(1, scene.threads, scene.threads, frozenset())


def known_to_end(scene: Scene) -> tuple[Seen, bool]:
    """The token has ended by the connector's clock too: one renewal and no call that is rejected."""
    connector = scene.signed_in()
    scene.expire()
    scene.ahead = LATER
    scene.server.faults([SLOW])
    seen = scene.seen(connector)
    return seen, seen == Seen(1, 0, scene.threads, frozenset())


def rejected_for_good(scene: Scene) -> tuple[Seen, bool]:
    """No access token is good enough: one renewal, then everybody is told to stop."""
    connector = scene.signed_in()
    scene.server.faults([{"effect": "status", "status": 401, "route": DATA[scene.vendor]}])
    seen = scene.seen(connector)
    return seen, stopped_at_once(seen)


def refused_login(scene: Scene) -> tuple[Seen, bool]:
    """The refresh token is worth nothing: a call tries the login once and is told to stop."""
    seen = scene.seen(revoked(scene), 1)
    return seen, stopped_at_once(seen)


def revoked(scene: Scene) -> Connector:
    """A connector whose refresh token is worth nothing."""
    auth = {**options(scene.vendor, scene.server)["auth"], "refresh_token": "revoked"}
    return scene.connector(auth=auth)


def stopped_at_once(seen: Seen) -> bool:
    """Whether one login was tried, and everybody told the same: to stop."""
    return (seen.logins, seen.served) == (1, 0) and [told[:5] for told in seen.told] == ["Stop:"]


def of_many_processes(scene: Scene) -> tuple[Seen, bool]:
    """The token that the last process left has ended: of several processes with all threads each, one renews it."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "config.yaml"
        connection = {"connector": scene.vendor, **options(scene.vendor, scene.server)}
        whole = {"version": 1, "connections": {scene.vendor: connection}, "objects": {}, "score": {"criteria": {}}}
        file.write_text(json.dumps(whole))
        with App.open(load_config(file, {})) as app:
            app.connector(scene.vendor).read(scene.selection, scene.ids[:1])
        scene.expire()
        scene.server.faults([SLOW])
        scene.server.clear_ledger()
        selection = scene.selection
        command = [sys.executable, "-m", "benchmarks._one_refresh_process", str(file), scene.vendor, selection.object]
        running = [subprocess.Popen([*command, *selection.fields, *scene.ids]) for _ in range(PROCESSES)]
        served = [process.wait() for process in running].count(0) * scene.threads
        ledger = scene.server.ledger(writes=False)
    logins = sum(count for route, count in ledger["calls"].items() if route.endswith("/token"))
    seen = Seen(logins, ledger["statuses"].get("401", 0), served, frozenset())
    return seen, (logins, served) == (1, PROCESSES * scene.threads)


CASES: tuple[Callable[[Scene], tuple[Seen, bool]], ...] = (
    rejected,
    known_to_end,
    rejected_for_good,
    refused_login,
    of_many_processes,
)


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="one-refresh", description=__doc__)
    parser.add_argument("--threads", type=int, default=16)
    threads = parser.parse_args(arguments).threads
    refreshes: dict[str, dict[str, int]] = {}
    together: dict[str, int] = {}
    ok = True
    with three() as servers:
        for vendor, server in servers.items():
            scene = Scene(vendor, server, threads)
            refreshes[vendor], kept = measured(scene)
            ok &= kept
            together[vendor] = scene.seen(revoked(scene)).logins
    worst = max(count for cases in refreshes.values() for count in cases.values())
    details = {"threads": threads, "refreshes": refreshes, "refused_login_by_all_threads": together}
    return finish("one-refresh", value=worst, ok=ok, details=details)


def measured(scene: Scene) -> tuple[dict[str, int], bool]:
    """The logins of each case at this CRM, and whether every promise was kept."""
    logins: dict[str, int] = {}
    ok = True
    for case in CASES:
        if case is known_to_end and scene.vendor == "salesforce":
            continue
        seen, kept = case(scene)
        print(f"{scene.vendor}, {case.__name__}: {seen}{'' if kept else ' NOT KEPT'}", flush=True)
        logins[case.__name__] = seen.logins
        ok &= kept
    return logins, ok
