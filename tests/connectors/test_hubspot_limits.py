"""HubSpot's limits, outages and tokens, over real HTTP."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread
from zoneinfo import ZoneInfo

import orjson
import pytest

from connectors.base import ConnectorError, Later, Selection, Stop, Window
from connectors.credentials import REFRESH_TOKEN, Unauthorised
from connectors.http import Again, Request, Response
from connectors.hubspot import HubSpot
from connectors.hubspot.account import Told
from connectors.hubspot.signals import Signals
from connectors.pace import Limit, Pace
from connectors.plugin import Ports
from connectors.testing import Clock
from sandbox.serve import Sandbox

Connect = Callable[..., HubSpot]

CONTACTS = Selection("contacts", ("email",))
ANY = Request("GET", "/crm/objects/2026-03/{object}", {"object": "contacts"})


def limited(policy: str, times: int = 1) -> list[dict[str, object]]:
    return [{"effect": "rate_limit", "policy": policy, "times": times, "route": "* /crm/*"}]


@pytest.mark.parametrize(("policy", "seconds"), [("TEN_SECONDLY_ROLLING", 10), ("SECONDLY", 1)])
def test_pain_13_a_limit_is_waited_out_for_as_long_as_its_window(
    sandbox: Sandbox, connect: Connect, clock: Clock, policy: str, seconds: int
) -> None:
    """HubSpot sends no Retry-After."""
    sandbox.faults(limited(policy))
    connect().describe("contacts")
    assert seconds <= clock.slept < seconds + 1


def test_pain_12_the_daily_limit_is_for_later_at_once(sandbox: Sandbox, connect: Connect, clock: Clock) -> None:
    """No call is wasted on it."""
    sandbox.faults(limited("DAILY", times=0))
    with pytest.raises(Later) as caught:
        connect().describe("contacts")
    assert (caught.value.after, clock.slept) == (3600.0, 0.0)
    assert sandbox.ledger()["totals"]["calls"] == 1


def test_the_daily_limit_ends_at_midnight_in_the_accounts_zone() -> None:
    signals = Signals(lambda: datetime(2026, 3, 1, 22, 30, tzinfo=UTC))
    signals.zone = ZoneInfo("Europe/Madrid")
    verdict = signals(ANY, Response(429, body=orjson.dumps({"policyName": "DAILY"})))
    assert isinstance(verdict, Later)
    assert verdict.after == 30 * 60


@pytest.mark.parametrize(("told", "calls"), [(20, 20), (190, 40)])
def test_the_lower_of_the_told_and_the_configured_limit_holds(clock: Clock, told: int, calls: int) -> None:
    pace = Pace({"calls": Limit(40, 10.0)}, clock.now, clock.sleep)
    headers = {"x-hubspot-ratelimit-max": str(told), "x-hubspot-ratelimit-interval-milliseconds": "10000"}
    Told(clock.now, pace, burst=40)(Response(200, headers))
    for _ in range(calls):
        pace.wait("calls", patience=60.0)
    assert clock.slept == 0.0
    pace.wait("calls", patience=60.0)
    assert clock.slept > 10.0


def test_headers_that_make_no_sense_tell_nothing(clock: Clock) -> None:
    told = Told(clock.now, Pace({}, clock.now, clock.sleep), burst=40)
    told(Response(200, {"date": "yesterday", "x-hubspot-ratelimit-daily": "many", "x-hubspot-ratelimit-max": ""}))
    assert (told.skew, told.quota, told.now()) == (None, None, clock.now())


def test_pain_12_real_limits_are_never_hit(sandbox: Sandbox) -> None:
    """16 searches and 60 reads at once, on a real clock, against the sandbox's real limits."""
    sandbox.config(limits=True, burst=40, burst_window_s=1.0)
    sandbox.load(objects={"contacts": [{"properties": {"firstname": "a"}}]})
    options = {"auth": {"token": sandbox.token}, "host": sandbox.url, "burst": 40}
    hubspot = HubSpot(HubSpot.Options.model_validate(options), Ports(lambda: datetime.now(UTC), time.sleep))
    with ThreadPoolExecutor(8) as pool:
        counts = [pool.submit(hubspot.count, "contacts", Window()) for _ in range(12)]
        reads = [pool.submit(hubspot.read, CONTACTS, ["1"]) for _ in range(30)]
        assert {future.result() for future in counts} == {1}
        assert {len(future.result()) for future in reads} == {1}
    assert "429" not in sandbox.ledger()["statuses"]


@pytest.mark.parametrize(
    ("status", "at_least"), [(423, 2.0), (502, 0.0), (503, 0.0), (504, 0.0), (521, 0.0), (500, 0.0)]
)
def test_a_passing_error_is_tried_again(
    sandbox: Sandbox, connect: Connect, clock: Clock, status: int, at_least: float
) -> None:
    sandbox.faults([{"effect": "status", "status": status, "times": 2, "route": "* /crm/*"}])
    assert connect().describe("contacts").fields
    assert clock.slept >= 2 * at_least


def test_an_account_on_the_move_is_for_later() -> None:
    verdict = Signals(lambda: datetime(2026, 3, 1, tzinfo=UTC))(ANY, Response(477, {"retry-after": "7200"}))
    assert isinstance(verdict, Later)
    assert verdict.after == 7200


def test_a_long_retry_after_is_for_later_and_holds_the_other_threads(sandbox: Sandbox, connect: Connect) -> None:
    rule = {"effect": "status", "status": 429, "headers": {"Retry-After": "600"}, "times": 1, "route": "* /crm/*"}
    sandbox.faults([rule])
    hubspot = connect()
    for _ in range(2):
        with pytest.raises(Later) as caught:
            hubspot.describe("contacts")
        assert caught.value.after == pytest.approx(600)
    assert sandbox.ledger()["totals"]["calls"] == 1


def test_a_missing_scope_stops_and_is_named(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.load(tokens=[{"token": "pat-narrow", "scopes": ["crm.objects.contacts.read"]}])
    hubspot = connect(auth={"token": "pat-narrow"})
    with pytest.raises(Stop) as caught:
        list(hubspot.pull(Selection("deals", ("dealname",)), None))
    assert "crm.objects.deals.read" in caught.value.fix
    assert "pat-narrow" not in str(caught.value)


def test_pain_15_sixteen_threads_with_an_expired_token_ask_for_one_new_one(sandbox: Sandbox, ports: Ports) -> None:
    """And all of them are served."""
    hubspot = oauth(sandbox, ports)
    hubspot.describe("contacts")
    token = hubspot._account.api._credentials.current().secret
    sandbox.load(tokens=[{"token": token, "scopes": [], "expires": "2026-01-01T00:00:00Z"}])
    before = logins(sandbox)
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda _: answered(hubspot), range(16))) == {None}
    assert logins(sandbox) - before == 1


def test_sixteen_threads_with_a_token_that_is_never_taken_stop_after_one_login(sandbox: Sandbox, ports: Ports) -> None:
    hubspot = oauth(sandbox, ports)
    hubspot.describe("contacts")
    before = logins(sandbox)
    sandbox.faults([{"effect": "status", "status": 401, "route": "* /crm/*"}])
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda _: answered(hubspot), range(16))) == {Unauthorised}
    assert logins(sandbox) - before == 1


def test_a_token_is_renewed_before_it_ends(sandbox: Sandbox, ports: Ports, clock: Clock) -> None:
    hubspot = oauth(sandbox, ports)
    hubspot.describe("contacts")
    clock.sleep(1_750)
    hubspot.describe("contacts")
    assert (logins(sandbox), sandbox.ledger()["statuses"].get("401", 0)) == (2, 0)


def test_a_refresh_token_that_is_not_taken_stops_with_advice(sandbox: Sandbox, ports: Ports) -> None:
    hubspot = oauth(sandbox, ports, refresh_token="revoked-refresh-token")
    with pytest.raises(Unauthorised) as caught:
        hubspot.describe("contacts")
    assert caught.value.fix
    assert "revoked-refresh-token" not in str(caught.value)


def test_a_rotated_refresh_token_is_used_and_handed_to_who_keeps_it(sandbox: Sandbox, clock: Clock) -> None:
    ports = Ports(clock.now, clock.sleep)
    hubspot = oauth(sandbox, ports)
    answer = {"access_token": sandbox.token, "refresh_token": "rotated", "expires_in": 1800, "token_type": "bearer"}
    sandbox.faults([{"effect": "status", "status": 200, "body": answer, "route": "POST /oauth/token", "times": 1}])
    hubspot.describe("contacts")
    assert ports.secrets.get(REFRESH_TOKEN, sandbox.refresh_token) == "rotated"
    clock.sleep(1_800)
    with pytest.raises(Unauthorised):  # the sandbox does not know the one that was made up here
        hubspot.describe("contacts")


def test_a_locked_search_does_not_hold_the_other_calls(sandbox: Sandbox, connect: Connect, clock: Clock) -> None:
    sandbox.faults([{"effect": "rate_limit", "policy": "SECONDLY", "times": 0, "route": "* /crm/*/search"}])
    hubspot = connect()
    with pytest.raises(Later):
        hubspot.count("contacts", Window())
    slept = clock.slept
    hubspot.describe("contacts")
    assert clock.slept == slept


def test_an_unknown_limit_is_taken_for_the_long_one() -> None:
    verdict = Signals(lambda: datetime(2026, 3, 1, tzinfo=UTC))(ANY, Response(429, body=b"<html>"))
    assert verdict == Again("too many calls", 10.0, everyone=True)


def oauth(sandbox: Sandbox, ports: Ports, refresh_token: str | None = None) -> HubSpot:
    auth = {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "refresh_token": refresh_token or sandbox.refresh_token,
    }
    return HubSpot(HubSpot.Options.model_validate({"auth": auth, "host": sandbox.url}), ports)


def logins(sandbox: Sandbox) -> int:
    return int(sandbox.ledger()["calls"].get("POST /oauth/token", 0))


def answered(hubspot: HubSpot) -> type[ConnectorError] | None:
    try:
        hubspot.describe("contacts")
    except ConnectorError as error:
        return type(error)
    return None


def test_an_error_page_in_another_encoding_is_still_understood_by_its_status(clock: Clock) -> None:
    """A proxy's Latin-1 page makes the SDK's own `call_api` raise UnicodeDecodeError."""
    page = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 7\r\nConnection: close\r\n\r\ncaf\xe9 <b"
    with answering(page) as host:
        options = HubSpot.Options.model_validate({"auth": {"token": "t"}, "host": host})
        with pytest.raises(Later, match="status 502"):
            HubSpot(options, Ports(clock.now, clock.sleep)).describe("contacts")


def test_nobody_there_is_for_later(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"http://127.0.0.1:{free.getsockname()[1]}"
    options = HubSpot.Options.model_validate({"auth": {"token": "t"}, "host": host})
    with pytest.raises(Later, match="no answer"):
        HubSpot(options, Ports(clock.now, clock.sleep)).describe("contacts")


@contextmanager
def answering(raw: bytes) -> Iterator[str]:
    """A server that gives these bytes to everyone, and then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        done = Event()

        def serve() -> None:
            while not done.is_set():
                connection, _ = server.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(raw)

        thread = Thread(target=serve)
        thread.start()
        host, port = server.getsockname()[:2]
        try:
            yield f"http://{host}:{port}"
        finally:
            done.set()
            socket.create_connection((host, port)).close()
            thread.join()
