"""Making and opening a store: whole or not at all, and every obstacle named for what it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant import store as room
from assistant.errors import NotWritable, Refused, StoreDamaged, StoreMissing, StoreTooNew, UsageProblem, WrongPassphrase
from assistant.store import client_keys, keys, vault
from assistant.store.migrations import STEPS
from tests.store.made import COST, PASSPHRASE, files, make, opened


def test_a_new_store_is_private(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    names = {path.name for path in folder.iterdir()}
    assert names == {"keys.json", "keys.copy.json", "client-keys.bin", "client-keys.copy.bin", "keys.lock", "notes.db", "audit.head"}
    assert {path.stat().st_mode & 0o777 for path in files(folder)} == {0o600}


def test_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make(tmp_path / "a" / "store")
        opened(tmp_path / "a" / "store").close()
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in files(tmp_path / "a")} == {0o600}
    assert (tmp_path / "a" / "store").stat().st_mode & 0o777 == 0o700


def test_an_empty_folder_becomes_a_store_and_a_used_one_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    make(tmp_path / "empty")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "notes.db").write_bytes(b"somebody's")
    for taken in (tmp_path / "empty", tmp_path / "used"):
        before = {path: path.read_bytes() for path in files(taken)}
        with pytest.raises(Refused):
            make(taken)
        assert {path: path.read_bytes() for path in files(taken)} == before
    opened(tmp_path / "empty").close()


def test_a_file_in_the_way_and_an_empty_passphrase(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotWritable):
        make(tmp_path / "file")
    with pytest.raises(UsageProblem):
        vault.create(tmp_path / "new", "", cost=COST)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("step", ["ClientKeys.make", "migrate", "keys.save"])
def test_a_creation_that_was_interrupted_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(f"assistant.store.vault.{step}", die)
        with pytest.raises(Killed):
            make(tmp_path / "store")
    assert not room.exists(tmp_path / "store")
    with pytest.raises(StoreMissing):
        opened(tmp_path / "store")
    make(tmp_path / "store")
    opened(tmp_path / "store").close()
    assert not (tmp_path / "store" / vault.MAKING).exists()


def test_clearing_half_a_store_touches_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    for name in (vault.MAKING, "notes.db", "letter.txt"):
        (tmp_path / "store" / name).write_bytes(b"x")
    make(tmp_path / "store")
    assert (tmp_path / "store" / "letter.txt").read_bytes() == b"x"


def test_missing_and_foreign_folders_hold_no_store(tmp_path: Path) -> None:
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "letter.txt").write_text("x")
    (tmp_path / "file").write_text("x")
    for where in (tmp_path / "none", tmp_path / "foreign", tmp_path / "file"):
        assert not room.exists(where)
        with pytest.raises(StoreMissing):
            room.open_store(where, PASSPHRASE)
    assert not (tmp_path / "none").exists()


def test_a_store_without_one_of_its_files_is_damaged(filled: Path, tmp_path: Path) -> None:
    for names in (keys.NAMES, client_keys.NAMES, ("notes.db",)):
        broken = Path(shutil.copytree(filled, tmp_path / "broken"))
        for name in names:
            (broken / name).unlink()
        before = {path.name for path in files(broken)}
        with pytest.raises(StoreDamaged):
            opened(broken)
        assert {path.name for path in files(broken)} - before <= {client_keys.LOCK}
        shutil.rmtree(broken)


def test_a_wrong_passphrase_changes_nothing(filled: Path) -> None:
    before = {path: path.read_bytes() for path in files(filled)}
    with pytest.raises(WrongPassphrase):
        vault.open_with_passphrase(filled, "another one entirely")
    assert {path: path.read_bytes() for path in files(filled)} == before


def test_files_of_two_stores_cannot_be_mixed(filled: Path, folder: Path) -> None:
    for names in (client_keys.NAMES, ("notes.db",)):
        kept = {name: (folder / name).read_bytes() for name in names}
        for name in names:
            shutil.copy(filled / name, folder / name)
        with pytest.raises(StoreDamaged):
            opened(folder)
        for name, data in kept.items():
            (folder / name).write_bytes(data)
    opened(folder).close()


def test_a_database_with_steps_of_a_newer_build_is_refused_unchanged(folder: Path) -> None:
    store = opened(folder)
    with store._db.write() as db:
        db[STEPS.migrations_table].insert({"migration_set": STEPS.name, "name": "m999_something_new", "applied_at": "2030-01-01"})
    store.close()
    before = (folder / "notes.db").read_bytes()
    with pytest.raises(StoreTooNew):
        opened(folder)
    assert (folder / "notes.db").read_bytes() == before


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0 or not shutil.which("mount"), reason="needs root to mount a read-only disk")
def test_a_read_only_disk_is_named(filled: Path, tmp_path: Path) -> None:
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(mounted)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        shutil.copytree(filled, mounted / "store")
        subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
        with pytest.raises(NotWritable) as caught:
            opened(mounted / "store")
        assert caught.value.do
        with pytest.raises(NotWritable):
            make(mounted / "other")
    finally:
        subprocess.run(["umount", str(mounted)], check=True)


def test_the_room_loads_its_libraries_only_when_used() -> None:
    code = "import sys, assistant.store; print([m for m in ('cryptography', 'sqlite_utils', 'sqlcipher3', 'msgspec') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_the_doors_of_the_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "Cost", lambda: COST)
    code = room.create_store(tmp_path / "s", PASSPHRASE)
    assert room.exists(tmp_path / "s")
    room.open_store(tmp_path / "s", PASSPHRASE).close()
    room.open_with_recovery(tmp_path / "s", code).close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's own record of a process")
def test_a_hardened_process_dumps_no_core_and_makes_private_files(tmp_path: Path) -> None:
    code = (
        "import ctypes, os, resource; from assistant.store import harden; harden();"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0));"
        f"open({str(tmp_path / 'f')!r}, 'w').close()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(0, 0) 0"
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o600


def test_an_older_database_put_back_is_found_again_and_again(filled: Path) -> None:
    """By whoever looks, until somebody puts the store right: opening and closing it does not hide it."""
    old = (filled / "notes.db").read_bytes()
    opened(filled).close()
    (filled / "notes.db").write_bytes(old)
    for _ in range(3):
        store = opened(filled)
        assert store.faults() == ["The database is older than the newest entry of its audit."]
        store.close()


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:40], lambda data: data.replace(b'"n":1', b'"n":9')])
def test_damage_to_the_head_of_the_audit_is_mended(filled: Path, damage: Callable[[bytes], bytes]) -> None:
    data = (filled / "audit.head").read_bytes()
    (filled / "audit.head").write_bytes(damage(data))
    for _ in range(2):
        store = opened(filled)
        assert store.faults() == []
        store.close()
    assert (filled / "audit.head").read_bytes().startswith(b'{"n":')
