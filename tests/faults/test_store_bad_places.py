"""Through the real command: every bad place for a store, and every store that does not open, has a sentence and an exit code of its own."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import msgspec
import pytest

from assistant.store import audit, base, keys
from assistant.store.migrations import STEPS
from tests.e2e.test_straight_line import coachnote
from tests.examples import CLIENT, SESSION, transcript
from tests.faults.test_store_crash import ROOT
from tests.store.made import PASSPHRASE, files, make, note, opened, work_day
from tests.store.test_users import unharmed

pytestmark = pytest.mark.skipif(os.name == "nt", reason="passes descriptors as POSIX does")
DATABASE = ["notes.db", "notes.db-wal", "notes.db-shm"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad") / "store"
    make(folder)
    store = opened(folder)
    work_day(store)
    store.close()
    return folder


@pytest.fixture
def place(whole: Path, tmp_path: Path) -> Path:
    """A folder with a store in it."""
    shutil.copytree(whole, tmp_path / "store")
    return tmp_path


def tried(place: Path, code: int, *words: str, passphrase: str = PASSPHRASE, command: str = "list") -> str:
    """What the command says on stderr; each of the words is in it, and nothing personal."""
    told = coachnote(command, folder=place, code=code, passphrase=passphrase).stderr
    for word in words:
        assert word in told
    assert CLIENT.name not in told and passphrase not in told
    return told


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in files(folder) if path.suffix != ".lock"}


def remove(*names: str) -> Callable[[Path], None]:
    return lambda store: [(store / name).unlink(missing_ok=True) for name in names] and None


def newer_header(store: Path) -> None:
    raw = json.loads((store / keys.NAMES[0]).read_bytes()) | {"v": keys.VERSION + 1, "something": ["new"]}
    raw["check"] = keys._check(raw)
    for name in keys.NAMES:
        (store / name).write_bytes(msgspec.json.encode(raw))


def newer_tables(folder: Path) -> None:
    store = opened(folder)
    with store._db.write() as db:
        db[STEPS.migrations_table].insert({"migration_set": STEPS.name, "name": "m999_from_the_future", "applied_at": "2030"})
    store.close()


def torn_database(store: Path) -> None:
    data = (store / "notes.db").read_bytes()
    (store / "notes.db").write_bytes(data[:20] + bytes(4096) + data[4116:])


OBSTACLES: dict[str, tuple[Callable[[Path], object], int, str, str]] = {
    "no store": (shutil.rmtree, 7, "no store", "coachnote init"),
    "a newer header": (newer_header, 7, "newer coachnote", "Install the newer version"),
    "newer tables": (newer_tables, 7, "newer coachnote", "Install the newer version"),
    "keys without their database": (remove(*DATABASE), 7, "notes.db", "backup"),
    "a database without its keys": (remove(*keys.NAMES), 7, "keys.json", "backup"),
    "no client keys": (remove("client-keys.bin", "client-keys.copy.bin"), 7, "client-keys.bin", "backup"),
    "a torn database": (torn_database, 7, "damaged", "backup"),
}


@pytest.mark.parametrize("name", OBSTACLES)
def test_each_obstacle_is_named_and_nothing_is_changed(place: Path, name: str) -> None:
    spoil, code, what, do = OBSTACLES[name]
    spoil(place / "store")
    before = contents(place / "store") if (place / "store").exists() else {}
    tried(place, code, what, do)
    after = contents(place / "store") if (place / "store").exists() else {}
    assert after == before


def test_a_wrong_passphrase_is_no_damage(place: Path) -> None:
    before = contents(place / "store")
    told = tried(place, 6, "passphrase does not open", "in order", passphrase="quite another passphrase")
    assert "damaged" not in told
    assert contents(place / "store") == before


def test_what_was_taken_away_may_be_put_back(place: Path, whole: Path) -> None:
    for name in (*keys.NAMES, "notes.db"):
        (place / "store" / name).unlink()
    tried(place, 7)
    for name in (*keys.NAMES, "notes.db"):
        shutil.copy(whole / name, place / "store" / name)
    tried(place, 0)


@contextlib.contextmanager
def mounted(where: Path, *how: str) -> Iterator[None]:
    if os.getuid() != 0 or not shutil.which("mount"):
        pytest.skip("needs root to mount")
    if subprocess.run(["mount", *how, str(where)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(where)], check=True)


def test_a_folder_that_is_read_only_is_named_and_opens_again_later(place: Path) -> None:
    store = place / "store"
    with mounted(store, "--bind", str(store)):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(store)], check=True)
        tried(place, 9, "cannot be written", "read only")
    unharmed(again := opened(store))
    again.close()


def test_a_store_cannot_be_made_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    with mounted(tmp_path / "store", "-t", "tmpfs", "-o", "ro", "tmpfs"):
        tried(tmp_path, 9, "cannot be written", command="init")


def test_a_full_disk_is_named_and_loses_nothing(place: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted(disk, "-t", "tmpfs", "-o", "size=2m", "tmpfs"):
        shutil.copytree(place / "store", disk / "store")
        with contextlib.suppress(OSError), (disk / "ballast").open("wb") as ballast:
            while True:
                ballast.write(bytes(4096))
                ballast.flush()
        tried(disk, 9, "room")
        (disk / "ballast").unlink()
        unharmed(again := opened(disk / "store"))
        again.close()


class Earlier(dt.datetime):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
        return dt.datetime(2001, 1, 1, tzinfo=tz)


def test_a_clock_that_was_set_back_breaks_nothing(place: Path) -> None:
    with mock.patch.object(audit.dt, "datetime", Earlier):
        assert base.stamp().startswith("2001")
        store = opened(place / "store")
        store.save_transcript(SESSION, transcript(id="t-later"))
        store.save_note(note(2))
        store.note_use("read", SESSION)
        store.close()
    store = opened(place / "store")
    assert store.transcript(SESSION).id == "t-later"  # type: ignore[union-attr]
    assert [n.version for n in store.notes(SESSION)] == [1, 2]
    assert store.faults() == []
    told = store.audit()
    assert [entry.n for entry in told] == list(range(1, len(told) + 1))
    assert [entry.what for entry in told][-4:] == ["opened", "signed", "read", "opened"]
    assert any(entry.at.startswith("2001") for entry in told) and not told[-1].at.startswith("2001")
    store.close()


def holding(child: subprocess.Popen[str], path: Path) -> bool:
    """Whether it has the file open."""
    for fd in Path(f"/proc/{child.pid}/fd").glob("*"):
        with contextlib.suppress(FileNotFoundError):
            if os.readlink(fd) == str(path):
                return True
    return False


def without_power(*command: str) -> list[str]:
    """Root is looked at like anybody else once it has given up its capabilities."""
    return [*(["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.getuid() == 0 else []), *command]


def closed(child: subprocess.Popen[str]) -> bool:
    """Whether another process of the same account is kept from its memory: proc(5), ptrace(2)."""
    looks = subprocess.run(without_power("head", "-c", "0", f"/proc/{child.pid}/mem"), capture_output=True, text=True)
    return "ermission denied" in looks.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv is not installed")
def test_the_command_keeps_its_memory_and_its_files_to_itself(place: Path) -> None:
    """Looked at from outside while it has the store open and waits for a name."""
    as_usual = subprocess.Popen(without_power(sys.executable, "-c", "print(input())"), stdin=subprocess.PIPE, text=True)
    read, write = os.pipe()
    os.write(write, PASSPHRASE.encode() + b"\n")
    os.close(write)
    command = without_power(
        sys.executable, "-m", "assistant", "--store", str(place / "store"), "--passphrase-fd", str(read), "clients", "add"
    )
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, pass_fds=[read], umask=0o022)
    os.close(read)
    until = time.monotonic() + 30
    while not holding(child, place / "store" / "notes.db"):
        assert child.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    proc = Path(f"/proc/{child.pid}")
    assert "Umask:\t0077" in (proc / "status").read_text()
    (core,) = [line.split() for line in (proc / "limits").read_text().splitlines() if line.startswith("Max core file size")]
    assert core[4:6] == ["0", "0"]
    assert (closed(as_usual), closed(child)) == (False, True)
    as_usual.communicate("\n", timeout=30)
    assert child.communicate("Made Up\n", timeout=30)[0] == "C-0043\n"
