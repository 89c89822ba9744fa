"""What every module of this package works on: the API, and what its answers tell besides."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from connectors.base import Quota
from connectors.http import Api, Response
from connectors.salesforce.options import API_VERSION, SalesforceOptions

ROOT = f"/services/data/v{API_VERSION}"
USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


class Told:
    """What Salesforce's answers tell about itself: its clock, and its count of our calls.

    A cursor must be cut by Salesforce's clock: one that is cut by a clock running ahead of it would pass changes unseen.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.skew: timedelta | None = None
        self.quota: Quota | None = None

    def __call__(self, response: Response) -> None:
        """Look at one answer's headers; one that makes no sense tells nothing."""
        with suppress(KeyError, ValueError):
            self.skew = parsedate_to_datetime(response.headers["date"]).astimezone(UTC) - self._now()
        if usage := USAGE.search(response.headers.get("sforce-limit-info", "")):
            self.quota = Quota(int(usage[1]), int(usage[2]), "24 hours")

    def now(self) -> datetime:
        """Salesforce's time, as near as its last answer tells (to a second); our own before the first."""
        return self._now() + (self.skew or timedelta())


@dataclass(frozen=True, slots=True)
class Account:
    """The org. `now` and `sleep` are this machine's."""

    api: Api
    options: SalesforceOptions
    told: Told
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
