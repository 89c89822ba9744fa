"""One HubSpot account as its modules share it: its API, where things are, and what time it is there."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from connectors.base import Quota
from connectors.http import Api, Reply, Response
from connectors.hubspot.options import HubSpotOptions
from connectors.hubspot.paths import Paths
from connectors.pace import Limit, Pace

LIMIT = "x-hubspot-ratelimit-"


class Told:
    """What HubSpot's answers tell about itself besides the answer: its clock, its limits, and its count of our calls.

    A cursor must be cut by HubSpot's clock: one that is cut by a clock running ahead of it would pass changes unseen.
    """

    def __init__(self, now: Callable[[], datetime], pace: Pace, burst: int) -> None:
        self._now = now
        self._pace = pace
        self._burst = burst
        self.skew: timedelta | None = None
        self.quota: Quota | None = None

    def __call__(self, response: Response) -> None:
        """Look at one answer's headers; one that makes no sense tells nothing."""
        headers = response.headers
        with suppress(KeyError, ValueError):
            self.skew = parsedate_to_datetime(headers["date"]).astimezone(UTC) - self._now()
        with suppress(KeyError, ValueError):
            calls, window_ms = int(headers[LIMIT + "max"]), int(headers[LIMIT + "interval-milliseconds"])
            self._pace.learn("calls", Limit(min(calls, self._burst), window_ms / 1000))
        with suppress(KeyError, ValueError):
            limit, left = int(headers[LIMIT + "daily"]), int(headers[LIMIT + "daily-remaining"])
            self.quota = Quota(limit - left, limit, "day")

    def now(self) -> datetime:
        """HubSpot's time, as near as its last answer tells (to a second); our own before the first."""
        return self._now() + (self.skew or timedelta())


@dataclass(frozen=True, slots=True)
class Account:
    """What every module of this package works on."""

    api: Api
    paths: Paths
    options: HubSpotOptions
    told: Told

    def now_ms(self) -> int:
        """HubSpot's time in epoch milliseconds."""
        return int(self.told.now().timestamp() * 1000)


def following(reply: Reply) -> str:
    """Where the next page begins; empty when there is none."""
    return str(((reply.data.get("paging") or {}).get("next") or {}).get("after") or "")
