"""The recovery code: 160 random bits that a person writes on paper, with a check so that a slip of the pen is told apart from a wrong code.

Base 32 in Crockford's alphabet: no I, L, O or U, and O, I and L are read as the digits they look like.
"""

from __future__ import annotations

import hashlib
import secrets

from assistant.errors import UsageProblem

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = str.maketrans("OIL", "011")
SECRET_BITS = 160
CHECK_BITS = 20
"""One slip in a million goes unnoticed; it is then reported as a wrong code."""
LETTERS = (SECRET_BITS + CHECK_BITS) // 5
GROUP = 4


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BITS // 8)


def as_code(secret: bytes) -> str:
    """Nine groups of four letters and digits, such as `7QK2-…`."""
    value = int.from_bytes(secret, "big") << CHECK_BITS | _check(secret)
    letters = "".join(ALPHABET[value >> 5 * (LETTERS - 1 - n) & 31] for n in range(LETTERS))
    return "-".join(letters[n : n + GROUP] for n in range(0, LETTERS, GROUP))


def read_code(typed: str) -> bytes:
    """The 20 secret bytes. Raises UsageProblem when the code holds a slip. Spaces, hyphens and case do not matter."""
    letters = "".join(c for c in typed.upper() if not c.isspace() and c not in "-–—").translate(LOOKALIKES)
    if len(letters) != LETTERS:
        raise _slip(f"it has {len(letters)} letters and digits, not {LETTERS}")
    if not set(letters) <= set(ALPHABET):
        raise _slip("it holds a sign that no code has")
    value = 0
    for letter in letters:
        value = value << 5 | ALPHABET.index(letter)
    secret = (value >> CHECK_BITS).to_bytes(SECRET_BITS // 8, "big")
    if value & (1 << CHECK_BITS) - 1 != _check(secret):
        raise _slip("its own check does not match")
    return secret


def _slip(why: str) -> UsageProblem:
    return UsageProblem(f"This recovery code holds a slip: {why}.", do="Compare each group with what was written down.")


def _check(secret: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"coachnote recovery" + secret).digest()[:4], "big") >> 32 - CHECK_BITS
