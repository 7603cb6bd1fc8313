"""One flipped bit anywhere in a store is noticed, or does no harm: then everything reads as before, and the file is whole again."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from assistant import documents
from assistant.errors import CoachnoteError
from assistant.store.vault import SqliteStore
from tests.examples import SESSION
from tests.store.made import files, make, opened, work_day

Fate = Literal["noticed when opened", "noticed when read", "found by faults", "harmless"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flips") / "whole"
    make(folder)
    store = opened(folder)
    work_day(store)
    store.close()
    return folder


def everything(store: SqliteStore) -> str:
    """A digest of all that can be read: rows of the application, texts, sound."""
    digest = hashlib.sha256()
    for client in store.clients():
        digest.update(repr((client.ref, client.name)).encode())
    for row in store.sessions():
        digest.update(repr(row).encode())
        for recording in store.recordings(row.session.id):
            with store.open_recording(recording.id) as sound:
                digest.update(sound.read())
        transcript, draft, review = (find(row.session.id) for find in (store.transcript, store.draft, store.review))
        assert transcript and draft and review
        digest.update(documents.transcript_json(transcript) + documents.draft_json(draft) + documents.review_json(review))
        for note in store.notes(row.session.id):
            digest.update(documents.note_json(note))
    digest.update(repr((store.users(), store.seen("ab" * 32), store.role)).encode())
    return digest.hexdigest()


def fate(folder: Path, expected: str) -> Fate:
    try:
        store = opened(folder)
    except CoachnoteError:
        return "noticed when opened"
    try:
        same = everything(store) == expected
        if store.faults():
            return "found by faults"
        assert same, "it reads otherwise, and nobody noticed"
    except CoachnoteError:
        return "noticed when read"
    finally:
        store.close()
    return "harmless"


def flips(whole: Path, folder: Path, path: Path, places: list[int], expected: str) -> Iterator[Fate]:
    for place in places:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole, folder)
        target = folder / path
        data = bytearray(target.read_bytes())
        data[place // 8] ^= 1 << place % 8
        target.write_bytes(data)
        outcome = fate(folder, expected)
        if outcome == "harmless":  # and then it is gone, not waiting for somebody
            assert target.read_bytes() != data, f"{path} still has its bit {place}"
            assert fate(folder, expected) == "harmless"
        yield outcome


def flipped(whole: Path, where: Path, count: int) -> dict[str, Counter[Fate]]:
    """What became of so many flips in each file, and of the first and the last bits of each."""
    shutil.copytree(whole, where / "read")
    store = opened(where / "read")
    expected = everything(store)
    assert store.faults() == [] and store.transcript(SESSION)
    store.close()
    rng, seen = random.Random(8), {}
    for path in files(whole):
        bits = path.stat().st_size * 8
        if bits:
            places = sorted({0, bits - 1, *rng.sample(range(bits), min(count, bits))})
            seen[path.suffix if path.parent.name == "audio" else path.name] = Counter(
                flips(whole, where / "flipped", path.relative_to(whole), places, expected)
            )
    return seen


def check(seen: dict[str, Counter[Fate]]) -> None:
    assert set(seen) == {"keys.json", "keys.copy.json", "client-keys.bin", "client-keys.copy.bin", "notes.db", ".enc", "audit.head"}
    for name in ("keys.json", "keys.copy.json", "client-keys.bin", "client-keys.copy.bin", "audit.head"):
        assert set(seen[name]) == {"harmless"}, "it is made anew, from the whole copy beside it or from the database"
    assert not seen[".enc"]["harmless"]
    assert seen["notes.db"]["harmless"] <= 1 + sum(seen["notes.db"].values()) // 20, "its first 16 bytes, the salt, are put back"


def test_a_flipped_bit_is_noticed_or_does_no_harm(whole: Path, tmp_path: Path) -> None:
    check(flipped(whole, tmp_path, 2))


@pytest.mark.slow
def test_hundreds_of_flipped_bits_are_noticed_or_do_no_harm(whole: Path, tmp_path: Path) -> None:
    seen = flipped(whole, tmp_path, 60)
    print({name: dict(fates) for name, fates in seen.items()})
    check(seen)
