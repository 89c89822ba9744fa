"""The way of a request through any stand-in: its control endpoints aside, ledger and faults stand around the vendor's answer."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic

from starlette.types import Receive, Scope, Send

from sandbox.common.control import PREFIX, Controls, T, answer
from sandbox.common.faults import F
from sandbox.common.wire import TRANSPORT, Answer, ok, read_body, respond


class Server(ABC, Generic[T]):
    """An ASGI application around a tenant, which a reset replaces by `renewed(tenant)`."""

    def __init__(self, tenant: T, controls: Controls[T], renewed: Callable[[T], T]) -> None:
        self.tenant = tenant
        self._controls: Controls[T] = {**controls, ("POST", "/reset"): self._reset}
        self._renewed = renewed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not scope["path"].startswith(f"{PREFIX}/"):
            await self.serve(scope, receive, send)
            return
        body, path = await read_body(receive), scope["path"].removeprefix(PREFIX).rstrip("/")
        told = answer(self._controls, self.tenant, scope["method"], path, scope["query_string"].decode(), body)
        await respond(self.tenant.clock.now(), send, told)

    @abstractmethod
    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request of the vendor's API."""

    def _reset(self, tenant: T, query: Any, given: Any) -> Answer:
        self.tenant = self._renewed(tenant)
        return ok({})


async def deliver(
    tenant: T,
    scope: Scope,
    send: Send,
    route: str,
    fault: F | None,
    answer: Answer,
    spoil: Callable[[F, Answer], Answer],
) -> None:
    """Count an answer and send it, or what the fault leaves of it; `spoil` says what that is where the vendor decides."""
    ledger = tenant.ledger
    if fault is None:
        ledger.count(route, answer.status)
        await respond(tenant.clock.now(), send, answer)
        return
    ledger.faults[f"{fault.effect} {route}"] += 1
    if fault.delay_s:
        await asyncio.sleep(fault.delay_s)
    if fault.drops:
        ledger.count(route, 0)
        scope[TRANSPORT].abort()
        return
    answer = spoil(fault, answer)
    ledger.count(route, 0 if fault.cuts else answer.status)
    await respond(tenant.clock.now(), send, answer, cut=fault.cuts)
