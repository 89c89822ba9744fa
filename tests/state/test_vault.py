"""What logins obtain is encrypted at rest, bound to its place, and can be given another key."""

import base64
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.sealing import KEY_BYTES, KeyId, Keys, Sealed, WrongKey, new_key
from state.store import Store
from state.testing import NOON

KEYS = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES).map(lambda key: base64.b64encode(key).decode())
KEY = Keys.read(new_key())


@given(KEYS, st.text(), st.text(max_size=20))
def test_what_was_sealed_opens_in_its_place(key: str, text: str, place: str) -> None:
    keys = Keys.read(key)
    assert keys.open(keys.seal(text, place), place) == text


@given(KEYS, KEYS, st.text(min_size=1), st.integers(0), st.sampled_from(["data", "nonce", "key", "place", "keys"]))
def test_what_was_changed_anywhere_does_not_open(key: str, other: str, text: str, at: int, what: str) -> None:
    keys = Keys.read(key)
    sealed, place, using = keys.seal(text, "zoho\x1faccess"), "zoho\x1faccess", keys
    if what in ("data", "nonce"):
        raw = bytearray(sealed.data if what == "data" else sealed.nonce)
        raw[at % len(raw)] ^= 1
        sealed = replace(sealed, data=bytes(raw)) if what == "data" else replace(sealed, nonce=bytes(raw))
    elif what == "key":
        sealed = replace(sealed, key=KeyId("00000000"))
    elif what == "place":
        place = "hubspot\x1faccess"
    elif key == other:
        return
    else:
        using = Keys(sealed.key, {sealed.key: base64.b64decode(other)})
    with pytest.raises(WrongKey):
        using.open(sealed, place)


def test_the_same_text_is_never_sealed_alike() -> None:
    seen: set[Sealed] = {KEY.seal("same", "place") for _ in range(200)}
    assert len({sealed.nonce for sealed in seen}) == 200


@pytest.mark.parametrize("text", ["", "\n", "short", base64.b64encode(b"x" * 31).decode(), "ä" * 44])
def test_what_is_no_key_is_refused_without_showing_it(text: str) -> None:
    """I12"""
    with pytest.raises(ValueError, match="key") as caught:
        Keys.read(text)
    assert "short" not in str(caught.value)


def test_a_secret_is_kept_for_the_settings_it_was_obtained_with(store: Store) -> None:
    store.vault.put(KEY, "zoho", "access_token", "s3cr3t", "refresh token 1")
    assert store.vault.get(KEY, "zoho", "access_token", "refresh token 1") == "s3cr3t"
    assert store.vault.get(KEY, "zoho", "access_token", "refresh token 2") is None
    assert store.vault.get(KEY, "hubspot", "access_token", "refresh token 1") is None
    store.vault.put(KEY, "zoho", "access_token", "newer", "refresh token 1")
    assert store.vault.get(KEY, "zoho", "access_token", "refresh token 1") == "newer"
    kept = store.vault.list()
    assert [(secret.connection, secret.name, secret.key, secret.at) for secret in kept] == [
        ("zoho", "access_token", KEY.newest, NOON)
    ]
    assert (store.vault.forget("zoho"), store.vault.forget("zoho"), store.vault.list()) == (1, 0, [])


def test_another_key_opens_nothing_and_a_new_one_takes_over_everything_that_can_be_opened(store: Store) -> None:
    old, new = new_key(), new_key()
    store.vault.put(Keys.read(old), "zoho", "access_token", "s3cr3t", "of")
    store.vault.put(KEY, "hubspot", "refresh_token", "lost", "of")
    with pytest.raises(WrongKey):
        store.vault.get(Keys.read(new), "zoho", "access_token", "of")
    assert store.vault.reseal(Keys.read(f"{new}\n{old}")) == (1, 1)
    assert store.vault.get(Keys.read(new), "zoho", "access_token", "of") == "s3cr3t"


def test_nothing_of_a_secret_is_readable_in_the_files_of_the_database(tmp_path: Path) -> None:
    """I12: neither in the database nor in its write-ahead log, which is still there."""
    with Store.open(f"sqlite:///{tmp_path / 'x.db'}", now=lambda: NOON) as store:
        store.vault.put(KEY, "zoho", "access_token", "1000.s3cr3t-token", "1000.refresh-token")
        raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert b"access_token" in raw
        assert not any(secret in raw for secret in (b"1000.s3cr3t-token", b"1000.refresh-token"))
    assert sqlite3.connect(tmp_path / "x.db").execute("SELECT count(*) FROM secrets").fetchone() == (1,)
