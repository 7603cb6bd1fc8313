"""Programs that the fault tests start and kill: `python -m tests.store.children WORK FOLDER NAME COUNT`.

Each prints a line for what it was told is saved, so that whoever kills it knows what must still be there.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from assistant.identity import new_id
from assistant.store import keys, restore, vault
from assistant.store.letterbox import Letterbox
from tests.examples import session, transcript
from tests.store.made import COST, PASSPHRASE, SOUND, opened, unlocked, work_day

LEFT = 12
"""Recordings that `leave` leaves."""
PIECE = 1600
"""Bytes, a twentieth of a second of 16 kHz 16-bit mono."""


def pattern(start: int, count: int) -> bytes:
    """Bytes that tell their own place."""
    words = b"".join(n.to_bytes(4, "big") for n in range(start // 4, (start + count) // 4 + 1))
    return words[start % 4 : start % 4 + count]


def told(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def record(folder: Path, name: str, _: int) -> None:
    """Records until it is killed; tells how many bytes the writer took."""
    store = opened(folder)
    store.add_session(session(id=name, client=None))
    recording, writer = store.start_recording(name, ".wav")
    told(recording.id)
    taken = 0
    while True:
        writer.write(pattern(taken, PIECE))
        taken += PIECE
        told(str(taken))
        time.sleep(0.001)


def write(folder: Path, name: str, count: int) -> None:
    """Adds clients and sessions with a transcript; tells each when it is saved."""
    store = opened(folder)
    told("ready")
    for n in range(count):
        client = store.add_client(f"{name} {n}")
        store.add_session(session(id=f"{name}-{n}", client=None))
        store.save_transcript(f"{name}-{n}", transcript(id=f"{name}-{n}"))
        store.assign(f"{name}-{n}", client.ref)
        told(f"{name}-{n} {client.ref}")
    store.close()


def backup(folder: Path, *_: object) -> None:
    """Into the two folders beside the store; tells each step."""
    store = opened(folder)
    for step in store.back_up(folder.parent / "backups", folder.parent / "keys"):
        told(step.stage)
    told("done")


def put_back(folder: Path, *_: object) -> None:
    def unlock(where: Path) -> keys.Unlocked:
        return unlocked(where, PASSPHRASE)

    for step in restore.restore(folder, folder.parent / "backups", folder.parent / "keys", None, unlock, unlock):
        told(step.stage)
    told("done")


def create(folder: Path, *_: object) -> None:
    told("ready")
    vault.create(folder, PASSPHRASE, cost=COST)
    told("made")
    time.sleep(60)


def day(folder: Path, *_: object) -> None:
    vault.create(folder, PASSPHRASE, cost=COST)
    store = opened(folder)
    work_day(store)
    store.close()


def stay(folder: Path, *_: object) -> None:
    """Has the store open until it is killed."""
    store = opened(folder)
    told("open")
    time.sleep(60)
    store.close()


def leave(folder: Path, _: str, count: int) -> None:
    """Recordings, made while the store is locked."""
    letterbox = Letterbox(folder, keys.read(folder)[0].box)
    for _n in range(count):
        _, writer = letterbox.start_recording(session(id=new_id(), client=None), ".wav")
        writer.write(SOUND)
        writer.close()
    letterbox.close()


def take(folder: Path, *_: object) -> None:
    store = opened(folder)
    told("open")
    store.recover_recordings()
    told("taken")
    time.sleep(60)
    store.close()


def erase(folder: Path, ref: str, count: int) -> None:
    """Erases a client and kills itself just before the step of that number: a deletion, a commit, a file opened, renamed or removed."""
    store, left = opened(folder), [count]

    def step(event: str, arguments: tuple[object, ...]) -> None:
        if event in ("os.rename", "os.remove", "open") and str(folder) in str(arguments[0]):
            die()

    def statement(sql: str) -> None:
        if sql.startswith(("DELETE", "COMMIT", "PRAGMA")):
            die()

    def die() -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    store._db._raw.set_trace_callback(statement)
    sys.addaudithook(step)
    store.erase_client(ref)
    left[0] = 0
    told("erased")
    store.close()


def search(folder: Path, word: str, limit: int) -> None:
    """Builds the index, searches, and tells how many sessions were found."""
    store = opened(folder)
    for _ in store.read_for_search():
        pass
    told(str(len(store.search(word, limit=limit).found)))
    store.close()


if __name__ == "__main__":
    work, where, name, count = sys.argv[1:]
    works = {"record": record, "write": write, "create": create, "day": day, "erase": erase, "search": search}
    works |= {"stay": stay, "leave": leave, "take": take, "backup": backup, "put_back": put_back}
    works[work](Path(where), name, int(count))
