"""Reads rows straight from the pages of an encrypted database, for those that no tree leads to any more.

Only pages whose seal is right are read, so nothing that is damaged is taken for a row. Formats: SQLCipher 4 (AES-256-CBC and HMAC-SHA512
for each page, https://www.zetetic.net/sqlcipher/design/) and https://www.sqlite.org/fileformat2.html. Knows no table.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, IV, SEAL = 4096, 16, 64
USABLE = PAGE - IV - SEAL
MOST_LOCAL, LEAST_LOCAL = USABLE - 35, (USABLE - 12) * 32 // 255 - 23
"""Bytes of a row that lie on the leaf itself; the others follow on pages of their own."""
LEAF = 13
"""The kind of page that holds rows."""
INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Bytes by serial type."""
Value = bytes | str | int | float | None


@dataclass(frozen=True)
class Pages:
    path: Path
    key: bytes = field(repr=False)
    salt: bytes

    def rows(self) -> Iterator[tuple[int, list[Value]]]:
        """The rowid and the values of every row on every leaf that is whole."""
        for number in range(1, self.path.stat().st_size // PAGE + 1):
            page, start = self._page(number), 100 if number == 1 else 0
            if page is not None and page[start] == LEAF:
                (cells,) = struct.unpack_from(">H", page, start + 3)
                for at in struct.unpack_from(f">{cells}H", page, start + 8):
                    if (row := self._row(page, at)) is not None:
                        yield row

    def _page(self, number: int) -> bytes | None:
        with self.path.open("rb") as file:
            file.seek((number - 1) * PAGE)
            data = file.read(PAGE)
        start = len(self.salt) if number == 1 else 0
        sealed = data[start : PAGE - SEAL] + struct.pack("<I", number)
        if len(data) < PAGE or not hmac.compare_digest(hmac.digest(self._seal_key(), sealed, "sha512"), data[PAGE - SEAL :]):
            return None
        cipher = Cipher(algorithms.AES(self.key), modes.CBC(data[USABLE : USABLE + IV])).decryptor()
        return bytes(start) + cipher.update(data[start:USABLE]) + cipher.finalize()

    def _seal_key(self) -> bytes:
        return hashlib.pbkdf2_hmac("sha512", self.key, bytes(byte ^ 0x3A for byte in self.salt), 2, 32)

    def _row(self, page: bytes, at: int) -> tuple[int, list[Value]] | None:
        size, at = _varint(page, at)
        rowid, at = _varint(page, at)
        if size <= MOST_LOCAL:
            return rowid, _values(page[at : at + size])
        local = LEAST_LOCAL + (size - LEAST_LOCAL) % (USABLE - 4)
        local = local if local <= MOST_LOCAL else LEAST_LOCAL
        payload = page[at : at + local]
        (following,) = struct.unpack_from(">I", page, at + local)
        while following and len(payload) < size:
            more = self._page(following)
            if more is None:
                return None
            (following,) = struct.unpack_from(">I", more)
            payload += more[4:]
        return (rowid, _values(payload[:size])) if len(payload) >= size else None


def _values(payload: bytes) -> list[Value]:
    end, at = _varint(payload, 0)
    body, values = end, list[Value]()
    while at < end:
        kind, at = _varint(payload, at)
        size = INTEGERS.get(kind, (kind - 12) // 2 if kind >= 12 else 8 if kind == 7 else 0)
        values.append(_value(kind, payload[body : body + size]))
        body += size
    return values


def _value(kind: int, data: bytes) -> Value:
    if kind in INTEGERS:
        return int.from_bytes(data, "big", signed=True)
    if kind == 7:
        return float(struct.unpack(">d", data)[0])
    if kind >= 12:
        return data.decode(errors="replace") if kind % 2 else data
    return {8: 0, 9: 1}.get(kind)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(9):
        byte = data[at + place]
        if place == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + place + 1
    raise AssertionError
