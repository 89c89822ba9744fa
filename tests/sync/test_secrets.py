"""One login for all processes that share a database, and keys that only their owner reads."""

import json
import logging
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.base import Stop
from sandbox.zoho.serve import ZohoSandbox
from state.sealing import Keys, new_key
from state.store import Store
from sync.app import App
from sync.cli import main
from sync.config import load_config, parse_config
from sync.config_errors import ConfigErrors
from sync.init import example
from sync.keyring import KeyFileOpen, Keyring, key_path
from sync.secrets import KeptSecrets, secrets_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

ASK = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from connectors.base import Window
from sync.app import App
from sync.config import load_config

with App.open(load_config(Path(sys.argv[1]), {})) as app:
    zoho = app.connector("zoho")
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: zoho.count("Leads", Window()), range(16)))
"""


@pytest.fixture
def config(tmp_path: Path, zoho: ZohoSandbox) -> Path:
    path = tmp_path / "config.yaml"
    auth = f"client_id: {zoho.client_id}, client_secret: {zoho.client_secret}, refresh_token: {zoho.refresh_token}"
    path.write_text(
        f"version: 1\nconnections:\n  zoho: {{connector: zoho, data_centre: eu, host: '{zoho.url}', auth: {{{auth}}}}}\n"
        "objects: {}\nscore: {criteria: {}}\n"
    )
    return path


@pytest.fixture
def zoho() -> Iterator[ZohoSandbox]:
    with ZohoSandbox.start(limits=False) as sandbox:
        yield sandbox


def store_in(folder: Path) -> Store:
    return Store.open(f"sqlite:///{folder / 'relevo.db'}", now=lambda: NOW)


def test_the_key_is_made_once_beside_the_database_and_is_its_owners_alone(tmp_path: Path) -> None:
    ring = Keyring(None, key_path(f"sqlite:///{tmp_path / 'relevo.db'}"))
    assert ring.keys().newest == ring.keys().newest
    assert ring.path is not None
    assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600
    ring.path.chmod(0o640)
    with pytest.raises(KeyFileOpen, match="chmod 600"):
        ring.keys()
    assert [file.name for file in tmp_path.iterdir()] == ["relevo.db.key"]


def test_a_new_key_comes_first_and_the_old_ones_go_when_nothing_needs_them(tmp_path: Path) -> None:
    ring = Keyring(None, tmp_path / "k")
    first = ring.keys().newest
    ring.add()
    assert set(ring.keys().by_id) > {first}
    assert ring.keys().newest != first
    ring.keep_newest()
    assert set(ring.keys().by_id) == {ring.keys().newest}


def test_a_servers_database_needs_a_key_of_the_configuration() -> None:
    assert not Keyring(None, key_path("postgresql+psycopg://u@h/d")).here
    assert Keyring(new_key(), None).keys().newest


def test_a_kept_secret_that_cannot_be_opened_is_obtained_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """I12: the log names it, and shows nothing of it."""
    with store_in(tmp_path) as store:
        KeptSecrets("zoho", store, Keyring(new_key(), None)).put("access_token", "s3cr3t", "of")
        with caplog.at_level(logging.WARNING):
            assert KeptSecrets("zoho", store, Keyring(new_key(), None)).get("access_token", "of") is None
    assert "access_token" in caplog.text
    assert "s3cr3t" not in caplog.text


def test_a_file_of_keys_that_holds_none_stops_with_advice(tmp_path: Path) -> None:
    (tmp_path / "relevo.db.key").write_text("nonsense\n")
    (tmp_path / "relevo.db.key").chmod(0o600)
    with store_in(tmp_path) as store, pytest.raises(Stop) as caught:
        secrets_of("zoho", store, Keyring(None, tmp_path / "relevo.db.key")).get("access_token", "of")
    assert "remove it" in caught.value.fix


def test_a_key_that_is_none_is_refused_at_load() -> None:
    """I15, I12"""
    text = example().replace("state:\n", "state:\n  key: c2hvcnQ=\n")
    with pytest.raises(ConfigErrors) as caught:
        parse_config(text, {"HUBSPOT_TOKEN": "t"})
    assert "state.key" in str(caught.value)
    assert "c2hvcnQ" not in str(caught.value).splitlines()[0]
    good = parse_config(example().replace("state:\n", f"state:\n  key: {new_key()}\n"), {"HUBSPOT_TOKEN": "t"})
    assert Keys.read(good.sections.state.key.get_secret_value() if good.sections.state.key else "").newest
    assert new_key() not in repr(good)


def test_pain_15_processes_and_their_threads_share_one_token(config: Path, zoho: ZohoSandbox) -> None:
    """Three processes of sixteen threads each, all at once and without a token: Zoho is asked for one."""
    asking = [
        subprocess.Popen([sys.executable, "-c", ASK, str(config)])  # noqa: S603 (this very Python)
        for _ in range(3)
    ]
    assert [process.wait(60) for process in asking] == [0, 0, 0]
    assert zoho.ledger(writes=False)["calls"]["POST /oauth/v2/token"] == 1


def test_secrets_are_listed_given_a_new_key_and_forgotten(config: Path, zoho: ZohoSandbox) -> None:
    """I12: the token itself is never printed."""
    with App.open(load_config(config, {}), now=lambda: datetime.now(UTC)) as app:
        app.connector("zoho").describe("Leads")
    token = zoho.ledger(writes=False)

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["-c", str(config), "secrets", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    before = json.loads(run("list", "-o", "json"))["secrets"]
    assert [(secret["connection"], secret["name"]) for secret in before] == [("zoho", "access_token")]
    assert "1 encrypted with the key" in run("rotate")
    after = json.loads(run("list", "-o", "json"))["secrets"]
    assert before[0]["key"] != after[0]["key"]
    with App.open(load_config(config, {}), now=lambda: datetime.now(UTC)) as app:
        app.connector("zoho").describe("Leads")
    assert zoho.ledger(writes=False)["calls"]["POST /oauth/v2/token"] == token["calls"]["POST /oauth/v2/token"] == 1
    assert "1 forgotten" in run("forget", "zoho")
    assert "Nothing is kept" in run("list")
