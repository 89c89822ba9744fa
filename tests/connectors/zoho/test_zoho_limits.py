"""Zoho's limits, tokens, and what it says when it says no."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.base import Later, Quota, Selection, Stop, Write
from connectors.credentials import Unauthorised
from connectors.plugin import Ports
from connectors.secrets import Remembered
from connectors.testing import Clock
from connectors.zoho import Zoho
from sandbox.zoho.serve import ZohoSandbox

Connect = Callable[..., Zoho]
LEADS = Selection("Leads", ("Last_Name",))
LOGIN = "POST /oauth/v2/token"


def logins(sandbox: ZohoSandbox) -> int:
    return int(sandbox.ledger(writes=False)["calls"].get(LOGIN, 0))


def outcome(zoho: Zoho) -> object:
    try:
        return zoho.describe("Leads").object
    except Stop as stop:
        return stop


def test_pain_15_sixteen_threads_with_an_expired_token_ask_for_one_new_one(
    sandbox: ZohoSandbox, connect: Connect
) -> None:
    """The vendor's SDK makes four, and ten minutes later nobody gets in."""
    zoho = connect(concurrency=16)
    zoho.describe("Leads")
    sandbox.config(clock={"offset_s": 3_601}, latency_s=0.02)
    sandbox.clear_ledger()
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(outcome, [zoho] * 16))
    assert (found, logins(sandbox)) == (["Leads"] * 16, 1)


def test_sixteen_threads_with_a_token_that_is_never_taken_stop_after_one_login(
    sandbox: ZohoSandbox, connect: Connect
) -> None:
    zoho = connect(concurrency=16)
    zoho.describe("Leads")
    sandbox.clear_ledger()
    sandbox.faults([{"effect": "status", "status": 401, "route": "GET /settings/fields", "times": 0}])
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(outcome, [zoho] * 16))
    assert all(isinstance(stop, Unauthorised) and stop.fix for stop in found)
    assert logins(sandbox) == 1


def test_a_token_is_renewed_before_it_ends(sandbox: ZohoSandbox, connect: Connect, clock: Clock) -> None:
    zoho = connect()
    zoho.describe("Leads")
    clock.sleep(3_600 - 30)
    zoho.describe("Leads")
    assert logins(sandbox) == 2
    assert sandbox.ledger()["statuses"].get("401", 0) == 0


class Forgetful(Remembered):
    def put(self, name: str, value: str, of: str) -> None:
        """Lose it."""


def test_pain_15_no_more_than_ten_tokens_are_asked_for_in_ten_minutes(
    sandbox: ZohoSandbox, ports: Ports, clock: Clock
) -> None:
    """Where nothing is kept, each new process asks anew."""
    auth = {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "refresh_token": sandbox.refresh_token,
    }
    options = Zoho.Options.model_validate({"auth": auth, "data_centre": "eu", "host": sandbox.url})
    zoho = Zoho(options, replace(ports, secrets=Forgetful()))
    for _ in range(10):
        zoho.describe("Leads")
        clock.sleep(1)
        zoho._account.api._credentials._token = None
    with pytest.raises(Later, match="rate limit"):
        zoho.describe("Leads")
    assert logins(sandbox) == 10


def test_pain_15_processes_that_share_their_secrets_share_one_token(sandbox: ZohoSandbox, connect: Connect) -> None:
    """Each connector stands for a process; they have one safe."""
    for _ in range(12):
        connect().describe("Leads")
    assert logins(sandbox) == 1


def test_pain_13_access_denied_with_status_200_is_for_later_and_no_refusal(
    sandbox: ZohoSandbox, connect: Connect
) -> None:
    """Other processes have used up the ten."""
    for _ in range(10):
        sandbox.refresh()
    with pytest.raises(Later) as caught:
        connect().describe("Leads")
    assert 60 <= caught.value.after <= 900
    assert logins(sandbox) == 11


@pytest.mark.parametrize(
    ("key", "value"), [("refresh_token", "1000.old"), ("client_secret", "old"), ("client_id", "x")]
)
def test_a_login_that_is_refused_stops_after_one_attempt(
    sandbox: ZohoSandbox, ports: Ports, key: str, value: str
) -> None:
    """A refusal of Zoho's accounts server has status 200."""
    auth = {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "refresh_token": sandbox.refresh_token,
        key: value,
    }
    given = {"auth": auth, "data_centre": "eu", "host": sandbox.url}
    with pytest.raises(Unauthorised, match="invalid_") as caught:
        Zoho(Zoho.Options.model_validate(given), ports).check()
    assert (logins(sandbox), "API console" in caught.value.fix) == (1, True)


def test_pain_15_the_api_is_called_where_the_token_says(sandbox: ZohoSandbox, connect: Connect) -> None:
    """Elsewhere Zoho calls the token invalid."""
    sandbox.config(api_domain=sandbox.url.replace("127.0.0.1", "localhost"))
    assert connect().describe("Leads").fields
    assert sandbox.ledger()["statuses"].get("401", 0) == 0


def test_a_token_for_a_strange_host_stops(sandbox: ZohoSandbox, connect: Connect) -> None:
    """The token is not sent there."""
    sandbox.config(api_domain="https://zohoapis.example.com")
    with pytest.raises(Stop, match="data centres"):
        connect().describe("Leads")


def test_pain_12_used_up_credits_are_for_later_at_once(sandbox: ZohoSandbox, connect: Connect, clock: Clock) -> None:
    """They come back over 24 hours, so nobody waits for them in a call."""
    sandbox.config(limits=True, credits=1_000, credits_used=999)
    zoho = connect(credits_a_day=1_000)
    zoho.describe("Leads")
    with pytest.raises(Later) as caught:
        zoho.describe("Leads")
    assert (caught.value.after, clock.slept) == (3_600.0, 0.0)
    assert zoho.quota() == Quota(1_000, 1_000, "day")


def test_pain_12_credits_are_told_while_more_than_half_of_them_are_used(sandbox: ZohoSandbox, connect: Connect) -> None:
    sandbox.config(limits=True, credits=1_000)
    zoho = connect(credits_a_day=1_000)
    zoho.describe("Leads")
    before = zoho.quota()
    sandbox.config(credits_used=600)
    zoho.describe("Leads")
    told = zoho.quota()
    sandbox.config(credits_used=0)
    zoho.describe("Leads")
    assert (before, told, zoho.quota()) == (None, Quota(602, 1_000, "day"), None)


def test_no_more_calls_at_once_than_the_edition_allows(sandbox: ZohoSandbox, connect: Connect) -> None:
    sandbox.config(limits=True, latency_s=0.02)
    zoho = connect(concurrency=5)
    zoho.describe("Leads")
    with ThreadPoolExecutor(40) as pool:
        assert list(pool.map(outcome, [zoho] * 40)) == ["Leads"] * 40
    assert sandbox.ledger()["statuses"].get("429", 0) == 0


def test_pain_13_a_passing_throttle_is_waited_out(sandbox: ZohoSandbox, connect: Connect, clock: Clock) -> None:
    """Zoho's 429 has no Retry-After."""
    sandbox.faults([{"effect": "rate_limit", "route": "GET /settings/fields", "times": 2}])
    assert connect().describe("Leads").fields
    assert clock.slept >= 4.0


def test_a_missing_scope_stops_and_says_so(sandbox: ZohoSandbox, ports: Ports) -> None:
    sandbox.load(grants=[{"refresh_token": "1000.small", "scopes": ["ZohoCRM.modules.Leads.READ"]}])
    auth = {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "refresh_token": "1000.small",
    }
    given = {"auth": auth, "data_centre": "eu", "host": sandbox.url}
    zoho = Zoho(Zoho.Options.model_validate(given), ports)
    with pytest.raises(Stop, match="scope") as caught:
        zoho.describe("Leads")
    assert caught.value.fix
    findings = {finding.name: finding for finding in zoho.check()}
    assert (findings["read Leads"].ok, findings["read Deals"].ok, findings["write Leads"].ok) == (True, False, False)
    assert logins(sandbox) == 1


def test_pain_11_a_right_that_the_profile_lacks_is_named(sandbox: ZohoSandbox, connect: Connect) -> None:
    sandbox.config(denied="View_Leads")
    with pytest.raises(Stop, match="Crm_Implied_View_Leads"):
        list(connect().pull(LEADS, None))


def test_nobody_there_is_for_later(clock: Clock) -> None:
    auth = {"client_id": "c", "client_secret": "s", "refresh_token": "r"}
    given = {"auth": auth, "data_centre": "eu", "host": "http://127.0.0.1:9"}
    zoho = Zoho(Zoho.Options.model_validate(given), Ports(clock.now, clock.sleep))
    with pytest.raises(Later):
        zoho.describe("Leads")
    assert clock.slept < timedelta(minutes=3).total_seconds()


def test_pain_19_workflows_are_not_triggered_unless_asked(sandbox: ZohoSandbox, connect: Connect) -> None:
    """Without the key in the body, every workflow runs."""
    (id_,) = sandbox.load(objects={"Leads": [{"values": {"Last_Name": "x"}}]})["Leads"]
    write = Write("Leads", id_, {"Last_Name": "y"})
    list(connect().push([write]))
    quiet = len(sandbox.ledger()["workflow_runs"])
    list(connect(run_workflows=True).push([write]))
    assert (quiet, len(sandbox.ledger()["workflow_runs"])) == (0, 1)
