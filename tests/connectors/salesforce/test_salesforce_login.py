"""Signing in to Salesforce, by every way there is, over real HTTP."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from connectors.base import Later, Stop
from connectors.credentials import REFRESH_TOKEN, Unauthorised
from connectors.plugin import Ports
from connectors.salesforce import Salesforce
from connectors.salesforce.login import Login, audience
from connectors.testing import Clock
from sandbox.salesforce.serve import SalesforceSandbox

Connect = Callable[..., Salesforce]


@pytest.fixture(scope="module")
def keys() -> tuple[str, str]:
    """A private key and its public half, PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def app(org: SalesforceSandbox, **more: str) -> dict[str, str]:
    return {"client_id": org.client_id, "client_secret": org.client_secret, **more}


def seen(salesforce: Salesforce) -> bool:
    return "LastName" in salesforce.describe("Lead").fields


def test_a_certificate_signs_in(
    org: SalesforceSandbox, connect: Connect, keys: tuple[str, str], tmp_path: Path
) -> None:
    """By the key itself, or by its file."""
    org.app(certificate=keys[1])
    (tmp_path / "key.pem").write_text(keys[0])
    who = {"client_id": org.client_id, "username": org.username}
    assert seen(connect(auth={**who, "private_key": keys[0]}))
    assert seen(connect(auth={**who, "private_key_file": str(tmp_path / "key.pem")}))


@pytest.mark.parametrize("key", ["no key at all", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"])
def test_a_key_that_is_none_stops_with_advice_and_is_not_shown(
    org: SalesforceSandbox, connect: Connect, key: str
) -> None:
    """I12."""
    with pytest.raises(Stop) as caught:
        connect(auth={"client_id": org.client_id, "username": org.username, "private_key": key}).describe("Lead")
    assert "private_key" in caught.value.fix
    assert "no key at all" not in str(caught.value)
    assert "c2VjcmV0" not in str(caught.value)


def test_a_user_who_was_not_approved_is_told(org: SalesforceSandbox, connect: Connect, keys: tuple[str, str]) -> None:
    org.app(certificate=keys[1], approved=[])
    with pytest.raises(Unauthorised, match="approved"):
        connect(auth={"client_id": org.client_id, "username": org.username, "private_key": keys[0]}).describe("Lead")


@pytest.mark.parametrize(
    ("host", "whom"),
    [
        ("https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://test.salesforce.com", "https://test.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"),
    ],
)
def test_an_assertion_is_for_the_login_host_of_its_kind_of_org(host: str, whom: str) -> None:
    assert audience(host) == whom


def test_client_credentials_and_a_refresh_token_sign_in(org: SalesforceSandbox, connect: Connect) -> None:
    assert seen(connect(auth=app(org)))
    assert seen(connect(auth=app(org, refresh_token=org.refresh_token)))


def test_a_rotated_refresh_token_is_kept_and_used(org: SalesforceSandbox, clock: Clock) -> None:
    """The old one is dead from then on."""
    org.config(rotate_refresh=True)
    ports = Ports(clock.now, clock.sleep)
    kept = set[str | None]()
    options = {"auth": app(org, refresh_token=org.refresh_token), "host": org.url}
    salesforce = Salesforce(Salesforce.Options.model_validate(options), ports)
    for _ in range(2):
        assert seen(salesforce)
        kept.add(ports.secrets.get(REFRESH_TOKEN, org.refresh_token))
        org.expire()
    assert len(kept | {org.refresh_token}) == 3
    assert seen(Salesforce(Salesforce.Options.model_validate(options), ports)), (
        "the next process begins with the newest"
    )


def test_the_old_login_works_where_it_still_does_and_is_warned_of(org: SalesforceSandbox, connect: Connect) -> None:
    auth = {"username": org.username, "password": org.password, "security_token": "sandboxtoken", "legacy_login": True}
    with pytest.raises(Unauthorised, match="disabled"):
        connect(auth=auth).describe("Lead")
    org.config(soap_login=True)
    (finding,) = [finding for finding in connect(auth=auth).check() if finding.name == "login"]
    assert not finding.ok
    assert "JWT" in finding.fix
    with pytest.raises(Unauthorised) as caught:
        connect(auth={**auth, "password": "not-the-word"}).describe("Lead")
    assert "not-the-word" not in str(caught.value)


def test_the_old_login_of_a_host_that_is_not_there_is_for_later(org: SalesforceSandbox, connect: Connect) -> None:
    auth = {"username": org.username, "password": org.password, "legacy_login": True}
    with pytest.raises(Later):
        connect(auth=auth, host="http://127.0.0.1:1").describe("Lead")


def test_pain_15_sixteen_threads_with_one_expired_session_renew_it_once(
    org: SalesforceSandbox, connect: Connect
) -> None:
    """Each sees a 401 of its own; one of them signs in, for all."""
    salesforce = connect(auth=app(org))
    salesforce.describe("Lead")
    org.expire()
    before = org.ledger()["logins"]
    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(lambda _: seen(salesforce), range(16)))
    assert org.ledger()["logins"] - before == 1


def test_a_session_rejected_for_good_is_renewed_once_and_stops(org: SalesforceSandbox, connect: Connect) -> None:
    """With 16 threads too."""
    salesforce = connect(auth=app(org))
    salesforce.describe("Lead")
    before = org.ledger()["logins"]
    org.faults([{"effect": "expired", "route": "GET /sobjects/*"}])

    def stops(_: int) -> bool:
        with pytest.raises(Unauthorised) as caught:
            salesforce.describe("Lead")
        return bool(caught.value.fix)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(stops, range(16)))
    assert org.ledger()["logins"] - before == 1


def test_a_session_id_that_ended_stops_at_once(org: SalesforceSandbox, connect: Connect) -> None:
    salesforce = connect(auth={"session_id": "00D000000000001!AQdead"})
    with pytest.raises(Unauthorised) as caught:
        salesforce.describe("Lead")
    assert caught.value.fix
    assert org.ledger()["totals"]["calls"] == 1


@pytest.mark.parametrize("auth", [{"client_secret": "wrong"}, {"refresh_token": "dead"}, {"client_id": "nobody"}])
def test_a_refused_login_stops_after_one_attempt(
    org: SalesforceSandbox, connect: Connect, auth: Mapping[str, str]
) -> None:
    with pytest.raises(Unauthorised, match="refuses the login") as caught:
        connect(auth={**app(org), **auth}).describe("Lead")
    assert org.ledger()["calls"] == {"POST /services/oauth2/token": 1}
    assert [value for value in ("wrong", "dead", org.client_secret) if value in str(caught.value)] == []


def test_pain_15_an_org_that_moved_is_followed(
    org: SalesforceSandbox, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """The old host redirects; the next token says where the org is now."""
    salesforce = connect(auth=app(org))
    salesforce.describe("Lead")
    caplog.set_level(logging.DEBUG, "urllib3")
    moved = org.url.replace("127.0.0.1", "localhost")
    org.config(instance_url=moved)
    org.faults([{"effect": "status", "status": 302, "headers": {"Location": "http://127.0.0.1:1/"}, "times": 1}])
    assert seen(salesforce)
    assert org.ledger()["logins"] == 2
    assert [message for message in caplog.messages if message.startswith(f"{moved} ")]


def test_a_real_login_never_leads_to_this_machine(ports: Ports) -> None:
    """I12: whoever answers in its place would be sent the next token."""
    given = {"auth": {"session_id": "x"}, "host": "https://acme.my.salesforce.com"}
    login = Login(Salesforce.Options.model_validate(given), ports, ports.now)
    with pytest.raises(Stop, match="not to be trusted"):
        login._checked("http://127.0.0.1:8080")


@pytest.mark.parametrize("instance", ["https://evil.example", "http://acme.my.salesforce.com", "https://a@b.force.com"])
def test_a_token_is_sent_to_no_host_but_salesforces(org: SalesforceSandbox, connect: Connect, instance: str) -> None:
    """I12."""
    org.config(instance_url=instance)
    with pytest.raises(Stop, match="not to be trusted"):
        connect(auth=app(org)).describe("Lead")
    assert org.ledger()["totals"]["calls"] == 1


def test_a_login_is_tried_again_when_it_fails_for_now(org: SalesforceSandbox, connect: Connect) -> None:
    body = {"error": "unknown_error", "error_description": "retry your request"}
    org.faults([{"effect": "status", "status": 400, "body": body, "route": "POST /services/oauth2/token", "times": 1}])
    assert seen(connect(auth=app(org)))


def test_nothing_secret_is_logged(org: SalesforceSandbox, connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """I12: by the libraries beneath either."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "urllib3")  # HubSpot's SDK, where a test before has used it, turns it down
    salesforce = connect(auth=app(org, refresh_token=org.refresh_token))
    salesforce.describe("Lead")
    org.faults([{"effect": "status", "status": 400, "body": [{"errorCode": "X", "message": "no"}]}])
    with pytest.raises(Stop):
        salesforce.describe("Lead")
    assert caplog.text
    assert [secret for secret in (org.client_secret, org.refresh_token, "!AQ0") if secret in caplog.text] == []


def test_an_error_that_quotes_the_token_is_silenced(org: SalesforceSandbox, connect: Connect) -> None:
    """I12."""
    body = [{"errorCode": "X", "message": f"bad token {org.token} of ana@acme.example"}]
    org.faults([{"effect": "status", "status": 400, "body": body}])
    with pytest.raises(Stop) as caught:
        connect().describe("Lead")
    assert org.token not in str(caught.value)
    assert "ana@" not in str(caught.value)


def test_a_netrc_file_changes_nothing(
    org: SalesforceSandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The HTTP library would send its login instead of ours."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert seen(connect())
    assert orjson.dumps(org.ledger()["statuses"]) == b'{"200":1}'
