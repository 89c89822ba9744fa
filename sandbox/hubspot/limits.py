"""Rate limits: calls per ten seconds and token, per day and account, searches per second; what the answers say of them.

Numbers and headers: developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines. Search answers carry no such headers and are
exempt from the ten-second limit; answers to OAuth tokens carry no daily pair; a 429 has no Retry-After.
"""

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sandbox.common.times import Millis
from sandbox.hubspot.settings import Settings
from sandbox.hubspot.tokens import Token

OAUTH_BURST = 110
_SECOND = 1.0


class Policy(StrEnum):
    """Which limit was reached, in the vendor's words."""

    TEN_SECONDLY = "TEN_SECONDLY_ROLLING"
    SECONDLY = "SECONDLY"
    DAILY = "DAILY"


class Limits:
    """Counts calls. Windows roll on a monotonic clock, whatever the account's own clock does; days are the account's."""

    def __init__(self, settings: Settings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._monotonic = monotonic
        self._bursts: dict[str, deque[float]] = {}
        self._searches: deque[float] = deque()
        self._today: tuple[str, int] = ("", 0)

    def spend(self, token: Token, now: Millis, search: bool) -> Policy | None:
        """Count a call; the policy that refuses it, if one does. Every answer counts against the day."""
        day = self._day(now)
        used = self._today[1] if self._today[0] == day else 0
        self._today = (day, used + 1)
        if not self.settings.limits:
            return None
        if used >= self.settings.daily:
            return Policy.DAILY
        if search:
            return None if self._take(self._searches, self.settings.search_per_s, _SECOND) else Policy.SECONDLY
        window = self._bursts.setdefault(token.text, deque())
        return None if self._take(window, self._burst(token), self.settings.burst_window_s) else Policy.TEN_SECONDLY

    def headers(self, token: Token, now: Millis) -> dict[str, str]:
        """What a non-search answer says while there are limits."""
        left = self._burst(token) - len(self._bursts.get(token.text, ()))
        told = {
            "X-HubSpot-RateLimit-Max": str(self._burst(token)),
            "X-HubSpot-RateLimit-Remaining": str(max(0, left)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(round(self.settings.burst_window_s * 1000)),
            "X-HubSpot-RateLimit-Secondly": str(self._burst(token) // 10),
            "X-HubSpot-RateLimit-Secondly-Remaining": str(min(self._burst(token) // 10, max(0, left))),
        }
        if token.expires is None:
            told["X-HubSpot-RateLimit-Daily"] = str(self.settings.daily)
            told["X-HubSpot-RateLimit-Daily-Remaining"] = str(max(0, self.settings.daily - self.used_today(now)))
        return told

    def used_today(self, now: Millis) -> int:
        """Calls since midnight in the account's time zone."""
        return self._today[1] if self._today[0] == self._day(now) else 0

    def resets_at(self, now: Millis) -> Millis:
        """The account's next midnight."""
        zone = ZoneInfo(self.settings.time_zone)
        tomorrow = datetime.fromtimestamp(now / 1000, zone).date() + timedelta(days=1)
        midnight = datetime.combine(tomorrow, datetime.min.time(), zone)
        return Millis(round(midnight.timestamp() * 1000))

    def _burst(self, token: Token) -> int:
        return self.settings.burst if token.expires is None else min(OAUTH_BURST, self.settings.burst)

    def _day(self, now: Millis) -> str:
        return datetime.fromtimestamp(now / 1000, ZoneInfo(self.settings.time_zone)).date().isoformat()

    def _take(self, window: deque[float], most: int, seconds: float) -> bool:
        now = self._monotonic()
        while window and window[0] <= now - seconds:
            window.popleft()
        if len(window) >= most:
            return False
        window.append(now)
        return True


def refusal_body(policy: Policy, correlation: str) -> dict[str, str]:
    """The body of a 429."""
    return {
        "status": "error",
        "message": f"You have reached your {policy.value.lower()} limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": correlation,
        "policyName": policy.value,
        "requestId": correlation,
    }
