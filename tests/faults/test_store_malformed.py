"""Key files that something other than coachnote wrote: refused, or mended from their copies, soon and within little memory.

Run as a program it does the opening: `python -m tests.faults.test_store_malformed STORE CORPUS SAMPLE`, in a process that may take no more
than MEMORY beside what it needs for one passphrase.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from assistant.errors import CoachnoteError, StoreError, WrongPassphrase
from assistant.store import client_keys, keys, rotation
from tests.faults.test_store_crash import ROOT
from tests.store.made import make, opened, work_day
from tests.store.test_users import unharmed

pytestmark = pytest.mark.skipif(os.name == "nt", reason="limits memory as POSIX does")

MEMORY = 192 * 1024 * 1024
"""Bytes."""
SLOWEST = 3.0
"""Seconds for one opening, on a busy machine."""
Bad = Iterator[tuple[str, bytes]]
PAIRS = {"header": keys.NAMES, "client-keys": client_keys.NAMES}
ALONE = {"next": rotation.HEADER, "next-entries": rotation.ENTRIES, "head": "audit.head"}


def corpus(data: bytes, sample: int) -> Bad:
    """A file's bytes, spoilt: every kind of document, cuts and flipped bits."""
    rng = random.Random(6)
    yield "empty", b""
    yield "zeros", bytes(len(data))
    yield "noise", rng.randbytes(len(data))
    yield "twice", data + data
    yield "a byte more", data + b"\0"
    yield "64 KiB more", data + b" " * 64 * 1024
    yield "80 MiB", bytes(80 * 1024 * 1024)
    yield "deep lists", b"[" * 60_000
    yield "deep objects", b'{"a":' * 10_000
    yield "deep MessagePack", client_keys.MAGIC + b"\x91" * 60_000
    yield "a huge array", client_keys.MAGIC + b"\xdd\xff\xff\xff\xff"
    yield "not UTF-8", b'{"format":"\xff"}'
    for length in rng.sample(range(len(data)), min(sample, len(data))):
        yield f"cut at {length}", data[:length]
    for place in rng.sample(range(len(data) * 8), min(sample, len(data) * 8)):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        yield f"bit {place}", bytes(flipped)


def edited(data: bytes) -> Bad:
    """Headers by somebody who knows the format and can make their checksum right."""
    for path, values in {
        ("slots", 0, "kdf", "m"): [0, -1, 2**21 + 1, 2**31, 2**63, 1e300, "19456", None, [], {}],
        ("slots", 0, "kdf", "t"): [0, 1, 11, 2**40, "3"],
        ("slots", 0, "kdf", "p"): [0, 17, 2**33, 0.5],
        ("slots", 0, "kdf"): [{}, [], 1, "x"],
        ("slots", 0, "salt"): ["", "00", "zz" * 16, 7, None, "00" * 30_000],
        ("slots", 0, "pub"): ["00" * 32, "00" * 31, None],
        ("slots", 0, "priv"): ["00" * 60, "", 1],
        ("slots", 0, "sealed"): ["00" * 80, "ff" * 80, []],
        ("slots", 0, "id"): ["x" * 65, 1, None],
        ("slots", 0): [None, [], {}, "slot"],
        ("slots",): [None, {}, [], "slots", [[[[]]]]],
        ("seq",): [0, -1, 2**62, 2**64, 1.5, "1"],
        ("gen",): [0, 2**62, None],
        ("v",): [0, -1, 2.5, "2", None, True, 2**64],
        ("store",): ["", None, "00" * 15],
        ("db_salt",): ["", None, 0],
        ("box",): ["00" * 32, None, 3],
        ("mac",): ["", "00" * 32, None],
        ("more",): [1, {"a": [1] * 1000}],
    }.items():
        for value in values:
            raw = json.loads(data)
            inner = raw
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = value
            yield f"{path} = {value!r:.20}", checked(raw)


def checked(raw: dict[str, object]) -> bytes:
    raw["check"] = keys._check(raw)
    return msgspec.json.encode(raw)


def must_refuse(folder: Path) -> None:
    try:
        store = opened(folder)
    except (StoreError, WrongPassphrase):
        return
    except CoachnoteError as error:
        if "memory" in str(error):  # what is asked for is within bounds, and more than this process may have
            return
        raise
    store.close()
    raise AssertionError("it opened")


def may_open(folder: Path) -> None:
    """Opens with everything in it, or refuses."""
    try:
        store = opened(folder)
    except (StoreError, WrongPassphrase):
        return
    unharmed_but_for_the_head(store)
    store.close()


def must_mend(folder: Path) -> None:
    store = opened(folder)
    unharmed(store)
    store.close()


def unharmed_but_for_the_head(store: object) -> None:
    told = store.faults  # type: ignore[attr-defined]
    store.faults = lambda: [f for f in told() if "newest entry of its audit" not in f]  # type: ignore[attr-defined]
    unharmed(store)  # type: ignore[arg-type]


def trial(whole: Path, spoil: Callable[[Path], None], judge: Callable[[Path], None], name: str) -> float:
    folder = whole.with_name("trial")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    spoil(folder)
    started = time.monotonic()
    try:
        judge(folder)
    except BaseException as error:
        raise AssertionError(f"{name}: {error!r}") from error
    took = time.monotonic() - started
    assert took < SLOWEST, f"{name}: {took:.1f} s"
    return took


def spoilt(names: tuple[str, ...], data: bytes) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        for name in names:
            (folder / name).write_bytes(data)

    return spoil


def trials(whole: Path, which: str, sample: int) -> Iterator[float]:
    if which in PAIRS:
        names = PAIRS[which]
        data = (whole / names[0]).read_bytes()
        for name, bad in corpus(data, sample):
            yield trial(whole, spoilt(names, bad), must_refuse, f"both of {which}: {name}")
            yield trial(whole, spoilt(names[:1], bad), must_mend, f"one of {which}: {name}")
    elif which == "edited":
        for name, bad in edited((whole / keys.NAMES[0]).read_bytes()):
            yield trial(whole, spoilt(keys.NAMES, bad), must_refuse, name)
    else:
        source = {"next": keys.NAMES[0], "next-entries": client_keys.NAMES[0], "head": "audit.head"}[which]
        for name, bad in corpus((whole / source).read_bytes(), sample):
            yield trial(whole, spoilt((ALONE[which],), bad), may_open, f"{which}: {name}")


def main(whole: str, which: str, sample: str) -> None:
    import resource

    opened(Path(whole)).close()  # libraries are loaded and the passphrase is stretched once
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
    times = list(trials(Path(whole), which, int(sample)))
    print(f"{which}: {len(times)} openings, the slowest {max(times) * 1000:.0f} ms")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("malformed") / "whole"
    make(folder)
    store = opened(folder)
    work_day(store)
    store.close()
    return folder


def in_little_memory(whole: Path, tmp_path: Path, which: str, sample: int) -> int:
    folder = shutil.copytree(whole, tmp_path / "whole")
    command = [sys.executable, "-m", "tests.faults.test_store_malformed", str(folder), which, str(sample)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=170)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-3000:]
    print(done.stdout)
    return int(done.stdout.split()[1])


linux = pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux does")


@linux
@pytest.mark.parametrize("which", ["header", pytest.param("client-keys", marks=pytest.mark.slow)])
def test_malformed_key_files_are_refused_or_mended(whole: Path, tmp_path: Path, which: str) -> None:
    assert in_little_memory(whole, tmp_path, which, 2) >= 14


@linux
def test_headers_edited_by_somebody_who_knows_them_are_refused(whole: Path, tmp_path: Path) -> None:
    assert in_little_memory(whole, tmp_path, "edited", 0) >= 60


@linux
@pytest.mark.slow
@pytest.mark.parametrize("which", ["header", "client-keys", "next", "next-entries", "head"])
def test_hundreds_of_malformed_key_files_are_refused_or_mended(whole: Path, tmp_path: Path, which: str) -> None:
    assert in_little_memory(whole, tmp_path, which, 60) >= 130


if __name__ == "__main__":
    main(*sys.argv[1:])
