"""Ids are UUIDv7: unique, and in the order they were made."""

from __future__ import annotations

import time
import uuid

from assistant.identity import new_id


def test_ids_are_version_seven_and_unique() -> None:
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert {uuid.UUID(i).version for i in ids} == {7}
    assert {uuid.UUID(i).variant for i in ids} == {uuid.RFC_4122}


def test_ids_sort_by_time() -> None:
    first = new_id()
    time.sleep(0.002)
    assert first < new_id()
