"""The power is cut at any moment: what was told to be saved is there, the store opens, and nothing in it is found wrong."""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

import pytest

from assistant.errors import CoachnoteError, StoreDamaged, WrongPassphrase
from assistant.store import vault
from tests.faults import power
from tests.faults.test_store_crash import ROOT
from tests.store.children import SECOND_USER
from tests.store.made import COST, make, opened

SECOND = "plover hinge saddle moss"
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("strace"), reason="strace is not installed (apt install strace)"
)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two people."""
    folder = tmp_path_factory.mktemp("power") / "before"
    make(folder)
    store = opened(folder)
    store.add_user(SECOND_USER, SECOND, "coach", cost=COST)
    store.close()
    return folder


def lost(folder: Path, told: tuple[str, ...]) -> list[str]:
    """What was told to be saved and is not there, and what is found wrong. Raises when the store does not open."""
    store = opened(folder)
    try:
        return store.faults() + [line for line in told if not _there(store, line.split())]
    finally:
        store.close()


def _there(store: vault.SqliteStore, told: list[str]) -> bool:
    try:
        if told[0] == "client":
            return store.client(told[1]).name == f"Client {told[2]}"
        if told[0] == "session":
            return store.session(told[1]).id == told[1]
        if told[0] == "transcript":
            return store.transcript(told[1]).id == told[2]  # type: ignore[union-attr]
        if told[0] == "assigned":
            return store.session(told[1]).client == told[2]
        return told[0] == "ready" or [user.name for user in store.users()] == ["admin"]
    except (CoachnoteError, AttributeError):
        return False


def cut(before: Path, where: Path, *, synchronous: str, images: int, count: int, seed: int = 4) -> list[list[str]]:
    """What each of the images has lost."""
    folder = where / "store"
    shutil.copytree(before, folder)
    done = power.traced(power.child("commit", folder, synchronous, count), where / "log", ROOT)
    if "ptrace" in done.stderr.lower():
        pytest.skip("tracing is not allowed here")
    assert (done.returncode, done.stderr) == (0, "")
    total = sum(1 for _ in power.moments(where / "log", before, folder))
    rng = random.Random(seed)
    chosen = set(rng.sample(range(total), images))
    losses = []
    for n, moment in enumerate(power.moments(where / "log", before, folder)):
        if n in chosen:
            power.laid_out(moment.disk.image(rng), where / "image")
            losses.append(lost(where / "image", moment.told))
    assert moment.disk.whole() == {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return losses


def test_a_power_cut_loses_nothing_that_was_told_to_be_saved(before: Path, tmp_path: Path) -> None:
    assert cut(before, tmp_path, synchronous="FULL", images=30, count=4) == [[]] * 30


@pytest.mark.slow
def test_the_proof_would_notice_a_commit_that_is_not_synced(before: Path, tmp_path: Path) -> None:
    losses = cut(before, tmp_path, synchronous="NORMAL", images=30, count=4)
    assert sum(1 for lines in losses if lines) >= 3


@pytest.mark.slow
def test_three_hundred_power_cuts(before: Path, tmp_path: Path) -> None:
    """Half of them before and half after the master key is changed, some in the middle of that."""
    assert cut(before, tmp_path, synchronous="FULL", images=300, count=12) == [[]] * 300


@pytest.mark.slow
def test_a_power_cut_while_somebody_is_revoked_leaves_them_in_or_out(before: Path, tmp_path: Path) -> None:
    """Every moment of the change, once each, and a few after it."""
    folder = tmp_path / "store"
    shutil.copytree(before, folder)
    power.traced(power.child("commit", folder, "FULL", 1), tmp_path / "log", ROOT)
    rng, seen, after = random.Random(5), set(), 0
    for moment in power.moments(tmp_path / "log", before, folder):
        after += "revoked" in moment.told
        if "assigned s-0 C-0001" in moment.told and after < 6:
            power.laid_out(moment.disk.image(rng), tmp_path / "image")
            assert lost(tmp_path / "image", moment.told) == []
            try:
                vault.open_with_passphrase(tmp_path / "image", SECOND).close()
                seen.add("in")
                assert "revoked" not in moment.told
            except (WrongPassphrase, StoreDamaged):
                seen.add("out")
    assert seen == {"in", "out"}
