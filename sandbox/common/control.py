"""The sandbox's own endpoints, under `/_sandbox`: what no CRM has and every test needs. No token, no limit, no ledger."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qs

import orjson

from sandbox.common.faults import Faults
from sandbox.common.ledger import Ledger
from sandbox.common.settings import Adjustable
from sandbox.common.times import Clock
from sandbox.common.wire import Answer, Refused, ok

PREFIX = "/_sandbox"


class Tenant(Protocol):
    """One customer's account at the vendor: what the endpoints need of it."""

    @property
    def ledger(self) -> Ledger[Any]:
        """What it was asked."""

    @property
    def faults(self) -> Faults[Any]:
        """The fault rules in force."""

    @property
    def clock(self) -> Clock:
        """Its time."""

    @property
    def settings(self) -> Adjustable:
        """What can be set about it."""

    def configure(self, settings: Any) -> None:
        """Change the settings, which are of the tenant's own type, while running."""

    def present(self) -> str:
        """The present instant in text."""


T = TypeVar("T", bound=Tenant)
Query = Mapping[str, str]
Run = Callable[[T, Query, Any], Answer]
Controls = Mapping[tuple[str, str], Run[T]]
"""By method and path behind the prefix."""


def answer(controls: Controls[T], tenant: T, method: str, path: str, query: str, body: bytes) -> Answer:
    """Answer one request; a mistake of the caller's is a 400 with its reason."""
    run = controls.get((method, path))
    if run is None:
        return ok({"error": f"no control {method} {path}"}, 404)
    last = {name: values[-1] for name, values in parse_qs(query).items()}
    try:
        return run(tenant, last, orjson.loads(body) if body else {})
    except (Refused, ValueError, TypeError, KeyError) as error:
        return ok({"error": f"{type(error).__name__}: {error}"}, 400)


def ledger(tenant: Tenant, query: Query, given: Any) -> Answer:
    """What was asked and written; `writes=0` leaves the single writes out."""
    return ok(tenant.ledger.shown(writes=query.get("writes") != "0"))


def clear_ledger(tenant: Tenant, query: Query, given: Any) -> Answer:
    """Count anew."""
    tenant.ledger.clear()
    return ok({})


def faults(tenant: Tenant, query: Query, given: Any) -> Answer:
    """Put these rules in force."""
    tenant.faults.set(given, int(query.get("seed", 0)))
    return ok({"rules": len(tenant.faults.rules)})


def config(tenant: Tenant, query: Query, given: Any) -> Answer:
    """Settings by name, and `clock`: {"frozen": instant}, {"offset_s": seconds} or {} for the real one."""
    values = dict(given)
    clock = values.pop("clock", None)
    tenant.configure(tenant.settings.changed(values))
    if clock is not None:
        tenant.clock.set(clock)
    return ok({"now": tenant.present()})


SHARED: Controls[Tenant] = {
    ("GET", "/ledger"): ledger,
    ("DELETE", "/ledger"): clear_ledger,
    ("POST", "/faults"): faults,
    ("POST", "/config"): config,
}
"""Those that are the same for every vendor."""
