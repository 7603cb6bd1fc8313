"""Killed while the master key is changed, the store opens with the old key or the new one, and whoever was told to be out is out."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from assistant.errors import WrongPassphrase
from assistant.store import keys, vault
from tests.faults.test_store_crash import kill, start
from tests.store.children import SECOND_USER
from tests.store.made import COST, make, opened, work_day
from tests.store.test_users import SECOND, unharmed

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills processes as POSIX does")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rotation") / "store"
    make(folder)
    store = opened(folder)
    work_day(store)
    store.add_user(SECOND_USER, SECOND, "coach", cost=COST)
    store.close()
    return folder


def lets_in(folder: Path, passphrase: str) -> bool:
    try:
        store = vault.open_with_passphrase(folder, passphrase)
    except WrongPassphrase:
        return False
    unharmed(store)
    store.close()
    return True


def revoke_and_kill(folder: Path, after: float) -> tuple[bool, bool]:
    """Whether it was interrupted half-way, with files of both keys there, and whether the new key is in force."""
    child = start("revoke", folder)
    assert child.stdout
    assert child.stdout.readline() == "ready\n"
    time.sleep(after)
    told = kill(child)
    half_way = bool(list(folder.glob("*.next.*")))
    store = opened(folder)
    unharmed(store)
    store.close()
    changed = keys.read(folder)[0].gen == 2
    assert lets_in(folder, SECOND) is not changed
    assert changed or not told
    assert not list(folder.glob("*.next.*"))
    return half_way, changed


def seconds_of_a_change(folder: Path) -> float:
    child = start("revoke", folder)
    assert child.stdout
    assert child.stdout.readline() == "ready\n"
    started = time.monotonic()
    assert child.stdout.readline() == "revoked\n"
    seconds = time.monotonic() - started
    kill(child)
    return seconds


def rounds(two: Path, where: Path, count: int) -> list[tuple[bool, bool]]:
    whole = seconds_of_a_change(Path(shutil.copytree(two, where / "timed")))
    return [revoke_and_kill(Path(shutil.copytree(two, where / f"{n}")), whole * 1.2 * n / (count - 1)) for n in range(count)]


def test_a_killed_change_of_the_master_key_is_undone_or_finished(two: Path, tmp_path: Path) -> None:
    assert not rounds(two, tmp_path, 3)[0][1]


@pytest.mark.slow
def test_thirty_changes_of_the_master_key_are_killed(two: Path, tmp_path: Path) -> None:
    seen = rounds(two, tmp_path, 30)
    print(f"{sum(h for h, _ in seen)} half-way, {sum(c for _, c in seen)} with the new key, of {len(seen)}")
    assert {changed for _, changed in seen} == {False, True}
    assert sum(half_way for half_way, _ in seen) >= 3, "some should fall into the middle"
