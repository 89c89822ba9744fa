"""Rate limits, their headers and their refusals."""

import pytest

from sandbox.common.times import Millis
from sandbox.hubspot.limits import Limits, Policy
from sandbox.hubspot.settings import Settings
from sandbox.hubspot.tokens import SERVICE_KEY, Token
from sandbox.serve import Sandbox

CONTACTS = "/crm/objects/2026-03/contacts"
KEY = Token(SERVICE_KEY)
OAUTH = Token("CO", expires=Millis(2_000_000_000_000))
NOON = Millis(1_780_000_000_000)


def spend(limits: Limits, n: int, token: Token = KEY, search: bool = False) -> list[Policy | None]:
    return [limits.spend(token, NOON, search) for _ in range(n)]


def test_the_window_of_ten_seconds_rolls() -> None:
    time = [0.0]
    limits = Limits(Settings(burst=3), lambda: time[0])
    assert spend(limits, 2) == [None, None]
    time[0] = 5.0
    assert spend(limits, 2) == [None, Policy.TEN_SECONDLY]
    time[0] = 9.999
    assert spend(limits, 1) == [Policy.TEN_SECONDLY]
    time[0] = 10.0
    assert spend(limits, 3) == [None, None, Policy.TEN_SECONDLY]


def test_each_token_has_its_own_window_and_oauth_a_smaller_one() -> None:
    limits = Limits(Settings(burst=190), lambda: 0.0)
    assert spend(limits, 190).count(None) == 190
    assert spend(limits, 111, OAUTH).count(None) == 110


def test_searches_have_a_window_of_their_own() -> None:
    limits = Limits(Settings(burst=1), lambda: 0.0)
    assert spend(limits, 6, search=True) == [None] * 5 + [Policy.SECONDLY]
    assert spend(limits, 1) == [None]


def test_the_day_ends_at_midnight_in_the_accounts_zone() -> None:
    limits = Limits(Settings(daily=2), lambda: 0.0)
    before = Millis(1_782_856_799_000)  # 2026-06-30 23:59:59 in Madrid
    assert [limits.spend(KEY, before, search=False) for _ in range(3)] == [None, None, Policy.DAILY]
    assert limits.spend(KEY, Millis(before + 1_000), search=False) is None
    assert limits.resets_at(before) == before + 1_000


def test_answers_tell_what_is_left_oauth_without_the_day() -> None:
    limits = Limits(Settings(), lambda: 0.0)
    spend(limits, 3)
    told = limits.headers(KEY, NOON)
    assert (told["X-HubSpot-RateLimit-Max"], told["X-HubSpot-RateLimit-Remaining"]) == ("190", "187")
    assert told["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert told["X-HubSpot-RateLimit-Daily-Remaining"] == "624997"
    oauth = limits.headers(OAUTH, NOON)
    assert oauth["X-HubSpot-RateLimit-Max"] == "110"
    assert not [name for name in oauth if "Daily" in name]


def test_a_burst_over_the_limit_is_a_429_without_retry_after(sandbox: Sandbox) -> None:
    sandbox.config(limits=True, burst=2)
    answers = [sandbox.api("GET", CONTACTS) for _ in range(3)]
    assert [told.status for told in answers] == [200, 200, 429]
    refused = answers[-1]
    assert (refused.json["policyName"], refused.json["errorType"]) == ("TEN_SECONDLY_ROLLING", "RATE_LIMIT")
    assert refused.headers["x-hubspot-ratelimit-remaining"] == "0"
    assert "retry-after" not in refused.headers


def test_without_limits_answers_tell_none(sandbox: Sandbox) -> None:
    assert not [name for name in sandbox.api("GET", CONTACTS).headers if "ratelimit" in name]


def test_the_sixth_search_in_a_second_is_refused(sandbox: Sandbox) -> None:
    sandbox.config(limits=True)
    answers = [sandbox.api("POST", f"{CONTACTS}/search", {}) for _ in range(6)]
    assert [told.status for told in answers] == [200] * 5 + [429]
    assert (answers[-1].json["policyName"], answers[-1].json["message"]) == (
        "SECONDLY",
        "You have reached your secondly limit.",
    )


@pytest.mark.parametrize(
    ("given", "why"), [({"brust": 1}, "burst"), ({"burst": "1"}, "int"), ({"clock": {"frozen": "soon"}}, "instant")]
)
def test_a_wrong_setting_is_named(sandbox: Sandbox, given: dict[str, object], why: str) -> None:
    with pytest.raises(Exception, match=why):
        sandbox.config(**given)
