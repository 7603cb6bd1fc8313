"""New identifiers: UUID version 7, so that ids sort by the time they were made. Knows nothing of what they name."""

from __future__ import annotations

import secrets
import time
import uuid


def new_id() -> str:
    """A UUIDv7 as 32 hexadecimal digits in five groups (RFC 9562, section 5.7)."""
    value = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
