"""One Zoho CRM organisation as the connector's modules share it: its API, its options, and what time it is there."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from connectors.base import Later, Quota
from connectors.http import Api, Reply, Response
from connectors.plugin import Ports
from connectors.zoho.options import ZohoOptions

API = "/crm/v8"
"""The API version that is spoken; v2 to v8 are served side by side (zoho.com/crm/developer/docs/api/v8)."""

BULK = "/crm/bulk/v8"
RECORDS = API + "/{object}"


class Told:
    """What Zoho's answers tell about itself besides the answer: its clock, and how many credits are left.

    A cursor must be cut by Zoho's clock. Credits are told only while more than half of them are used, so that an answer
    without them says that there are plenty again.
    """

    def __init__(self, now: Callable[[], datetime], credits_a_day: int) -> None:
        self._now = now
        self._credits = credits_a_day
        self.skew: timedelta | None = None
        self.left: int | None = None

    def __call__(self, response: Response) -> None:
        """Look at one answer's headers; one that makes no sense tells nothing."""
        with suppress(KeyError, ValueError):
            self.skew = parsedate_to_datetime(response.headers["date"]).astimezone(UTC) - self._now()
        if response.status < 400:
            self.left = None
        with suppress(KeyError, ValueError):
            self.left = int(response.headers["x-api-credits-remaining"])

    @property
    def quota(self) -> Quota | None:
        """Credits used in the last 24 hours."""
        return None if self.left is None else Quota(max(0, self._credits - self.left), self._credits, "day")

    def now(self) -> datetime:
        """Zoho's time, as near as its last answer tells (to a second); our own before the first."""
        return self._now() + (self.skew or timedelta())


@dataclass(frozen=True, slots=True)
class Account:
    """What every module of this package works on."""

    api: Api
    options: ZohoOptions
    told: Told
    ports: Ports

    def seconds(self) -> int:
        """Zoho's time in epoch seconds, which is as finely as it keeps times."""
        return int(self.told.now().timestamp())


def more(reply: Reply) -> bool:
    """Whether a list goes on behind this page. Raises `Later` for a page that does not say, or that is empty and goes on."""
    if not reply.data:
        return False
    match reply.data:
        case {"info": {"more_records": bool(more_)}, **rest}:
            if more_ and not any(rest.values()):
                raise Later("Zoho CRM gives an empty page and says that there is more.", 60)
            return more_
    raise Later("Zoho CRM gives a page that does not say whether there is more.", 60)
