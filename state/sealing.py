"""Encryption of what must not lie open on a disk: AES-256-GCM, bound to what it is and whose.

NIST SP 800-38D: a nonce of 96 random bits for each sealing; what is not encrypted but must not change (whose it is, its name,
the key's id) is authenticated with it, so that a row cannot be moved to another place.
"""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KeyId = NewType("KeyId", str)
"""Eight hex digits that tell a key from others, and nothing else of it."""

KEY_BYTES, NONCE_BYTES = 32, 12


class WrongKey(ValueError):
    """Nothing that is at hand opens it: the key is another one, or the sealed text was changed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted text."""

    key: KeyId
    nonce: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys at hand, the newest first: it seals, all of them open."""

    newest: KeyId
    by_id: Mapping[KeyId, bytes] = field(repr=False)

    @classmethod
    def read(cls, text: str) -> "Keys":
        """Keys as a file holds them: 32 bytes a line in Base64, the newest first. Raises ValueError."""
        keys = [_key(line) for line in text.split()]
        if not keys:
            raise ValueError("there is no key in it")
        return cls(key_id(keys[0]), {key_id(key): key for key in keys})

    def seal(self, text: str, place: str) -> Sealed:
        """Encrypt `text` for `place` alone."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        data = AESGCM(self.by_id[self.newest]).encrypt(nonce, text.encode(), _bound(place, self.newest))
        return Sealed(self.newest, nonce, data)

    def open(self, sealed: Sealed, place: str) -> str:
        """The text that was sealed for `place`. Raises `WrongKey`."""
        key = self.by_id.get(sealed.key)
        if key is None:
            raise WrongKey(f"it was encrypted with the key {sealed.key}, which is not here")
        try:
            return AESGCM(key).decrypt(sealed.nonce, sealed.data, _bound(place, sealed.key)).decode()
        except InvalidTag:
            raise WrongKey("it was changed, or belongs elsewhere") from None


def new_key() -> str:
    """A line for a file of keys."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def key_id(key: bytes) -> KeyId:
    """How this key is called."""
    return KeyId(blake2b(key, person=b"relevo-key-id", digest_size=4).hexdigest())


def _key(line: str) -> bytes:
    try:
        key = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError("a key is 32 bytes in Base64, one a line; `openssl rand -base64 32` makes one")
    return key


def _bound(place: str, key: KeyId) -> bytes:
    return f"relevo\x1f{place}\x1f{key}".encode()
