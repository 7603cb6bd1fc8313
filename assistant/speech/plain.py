"""What is heard with, and what was heard, as bytes between two processes: MessagePack by the types, arrays with the kind of their numbers.

Both sides are this very program. Knows no pipe.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
import numpy as np

T = TypeVar("T")


def encoded(thing: Any) -> bytes:
    return msgspec.msgpack.encode(thing, enc_hook=_array)


def decoded(data: bytes, kind: type[T]) -> T:
    return msgspec.msgpack.decode(data, type=kind, dec_hook=lambda _, written: np.frombuffer(written[1], dtype=written[0]))


def _array(thing: Any) -> list[str | bytes]:
    """Of one dimension."""
    return [thing.dtype.str, thing.tobytes()]
