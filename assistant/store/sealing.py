"""The two primitives everything here is sealed with: HKDF-SHA256 to derive keys, AES-256-GCM to seal bytes to a place.

Knows nothing of files, tables or people. Keys are 32 bytes.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


class BrokenSealError(Exception):
    """The bytes are not what was sealed under this key at this place. Carries nothing of either."""


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def derive(secret: bytes, label: str) -> bytes:
    """A key of its own for each label (RFC 5869). `secret` must already be uniformly random or stretched."""
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=f"coachnote/1|{label}".encode()).derive(secret)


def seal(key: bytes, text: bytes, place: str) -> bytes:
    """Nonce, ciphertext and tag; `place` is authenticated, so sealed bytes cannot be moved elsewhere.

    Nonces are random: one key may seal 2^32 texts before the chance of a repeat exceeds 2^-32 (NIST SP 800-38D, section 8.3).
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """Raises BrokenSealError when anything differs: key, bytes or place."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise BrokenSealError
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except InvalidTag:
        raise BrokenSealError from None
