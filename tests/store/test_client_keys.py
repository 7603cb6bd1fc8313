"""One key per client, session and recording: kept by two processes at once, dropped for good, and noticed when damaged."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from assistant.errors import StoreDamaged
from assistant.store import client_keys
from assistant.store.client_keys import ClientKeys, KeyGoneError

WRAP, STORE = bytes(range(32)), "0" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ClientKeys.make(tmp_path, WRAP, STORE)
    return tmp_path


def test_a_key_stays_the_same_and_each_name_has_its_own(folder: Path) -> None:
    keys = ClientKeys(folder, WRAP, STORE)
    assert keys.ensure("client/C-1") == keys.ensure("client/C-1") == ClientKeys(folder, WRAP, STORE).get("client/C-1")
    assert keys.ensure("client/C-2") != keys.get("client/C-1")


def test_two_openings_see_each_others_keys(folder: Path) -> None:
    one, two = ClientKeys(folder, WRAP, STORE), ClientKeys(folder, WRAP, STORE)
    first, second = one.ensure("a"), two.ensure("b")
    assert (one.get("b"), two.get("a")) == (second, first)


def test_threads_lose_no_key(folder: Path) -> None:
    keys = ClientKeys(folder, WRAP, STORE)
    others = [threading.Thread(target=lambda n=n: [keys.ensure(f"{n}/{k}") for k in range(5)]) for n in range(4)]
    for thread in others:
        thread.start()
    for thread in others:
        thread.join()
    again = ClientKeys(folder, WRAP, STORE)
    assert len({again.get(f"{n}/{k}") for n in range(4) for k in range(5)}) == 20


def test_a_dropped_key_is_gone_from_both_copies_and_a_new_one_differs(folder: Path) -> None:
    keys = ClientKeys(folder, WRAP, STORE)
    before, sealed = keys.ensure("client/C-1"), keys.seal("client/C-1", "notes|1", b"words")
    keys.drop("client/C-1")
    with pytest.raises(KeyGoneError):
        keys.get("client/C-1")
    (folder / client_keys.NAMES[0]).unlink()
    with pytest.raises(KeyGoneError):
        ClientKeys(folder, WRAP, STORE).unseal("client/C-1", "notes|1", sealed)
    assert keys.ensure("client/C-1") != before


def test_a_dropped_key_does_not_come_back_from_a_copy_that_a_crash_left_behind(folder: Path) -> None:
    keys = ClientKeys(folder, WRAP, STORE)
    keys.ensure("client/C-1")
    old = (folder / client_keys.NAMES[1]).read_bytes()
    keys.drop("client/C-1")
    (folder / client_keys.NAMES[1]).write_bytes(old)
    ClientKeys(folder, WRAP, STORE)
    (folder / client_keys.NAMES[0]).unlink()
    with pytest.raises(KeyGoneError):
        ClientKeys(folder, WRAP, STORE).get("client/C-1")


@pytest.mark.parametrize("name", client_keys.NAMES)
def test_one_damaged_copy_is_mended_from_the_other(folder: Path, name: str) -> None:
    key = ClientKeys(folder, WRAP, STORE).ensure("a")
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    assert ClientKeys(folder, WRAP, STORE).get("a") == key
    assert (folder / client_keys.NAMES[0]).read_bytes() == (folder / client_keys.NAMES[1]).read_bytes()


def test_every_flipped_byte_and_every_cut_is_noticed(folder: Path) -> None:
    ClientKeys(folder, WRAP, STORE).ensure("a")
    whole = (folder / client_keys.NAMES[0]).read_bytes()
    flipped = [whole[:n] + bytes([whole[n] ^ 1 << n % 8]) + whole[n + 1 :] for n in range(len(whole))]
    for broken in (*flipped, *(whole[:n] for n in range(len(whole)))):
        (folder / "x").write_bytes(broken)
        assert client_keys._read(folder / "x", WRAP, STORE) is None


def test_both_copies_damaged_is_a_damaged_store(folder: Path) -> None:
    for name in client_keys.NAMES:
        (folder / name).write_bytes(os.urandom(200))
    with pytest.raises(StoreDamaged):
        ClientKeys(folder, WRAP, STORE)


def test_the_file_of_another_store_or_key_does_not_open(folder: Path) -> None:
    for wrap, store in ((WRAP, "1" * 32), (bytes(32), STORE)):
        with pytest.raises(StoreDamaged):
            ClientKeys(folder, wrap, store)


def test_sealed_text_cannot_be_moved_to_another_place_or_client(folder: Path) -> None:
    keys = ClientKeys(folder, WRAP, STORE)
    keys.ensure("a")
    keys.ensure("b")
    sealed = keys.seal("a", "notes|1", b"words")
    assert keys.unseal("a", "notes|1", sealed) == b"words"
    for name, place in (("a", "notes|2"), ("a", "drafts|1"), ("b", "notes|1")):
        with pytest.raises(StoreDamaged):
            keys.unseal(name, place, sealed)


def test_every_save_looks_new_and_no_key_lies_open(folder: Path) -> None:
    keys = ClientKeys(folder, WRAP, STORE)
    key = keys.ensure("client/C-1")
    before = (folder / client_keys.NAMES[0]).read_bytes()
    keys.ensure("client/C-2")
    after = (folder / client_keys.NAMES[0]).read_bytes()
    assert before[8:40] != after[8:40]
    for data in (before, after):
        assert key not in data
        assert b"client/" not in data
    assert key.hex() not in repr(keys) + repr(keys._entries)
