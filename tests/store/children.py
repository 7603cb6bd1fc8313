"""Programs that the fault tests start and kill: `python -m tests.store.children WORK FOLDER NAME COUNT`.

Each prints a line for what it was told is saved, so that whoever kills it knows what must still be there.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from assistant.identity import new_id
from assistant.store import keys, restore, vault
from assistant.store.letterbox import Letterbox
from tests.examples import session, transcript
from tests.store.made import COST, PASSPHRASE, SOUND, opened, unlocked, work_day

LEFT = 12
"""Recordings that `leave` leaves."""
SECOND_USER = "second"
"""A coach beside the admin, where there is one."""
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


def commit(folder: Path, synchronous: str, count: int) -> None:
    """Commits one thing after the other and takes somebody out in the middle; tells each when it is saved. The write-ahead log is short."""
    store = opened(folder)
    store._db._raw.execute(f"PRAGMA synchronous = {synchronous}")
    store._db._raw.execute("PRAGMA wal_autocheckpoint = 30")
    told("ready")
    for n in range(count):
        client = store.add_client(f"Client {n}")
        told(f"client {client.ref} {n}")
        store.add_session(session(id=f"s-{n}", client=None))
        told(f"session s-{n}")
        store.save_transcript(f"s-{n}", transcript(id=f"t-{n}"))
        told(f"transcript s-{n} t-{n}")
        store.assign(f"s-{n}", client.ref)
        told(f"assigned s-{n} {client.ref}")
        if n == count // 2:
            store.revoke_user(SECOND_USER)
            told("revoked")
    store.close()


def revoke(folder: Path, *_: object) -> None:
    """Takes somebody out, which changes the master key."""
    store = opened(folder)
    told("ready")
    store.revoke_user(SECOND_USER)
    told("revoked")
    time.sleep(60)


def people(folder: Path, *_: object) -> None:
    """Adds somebody, gives her another passphrase, takes her out, and makes another recovery code."""
    store = opened(folder)
    store.add_user(SECOND_USER, "plover hinge saddle moss", "coach", cost=COST)
    store.change_passphrase("gravel onion ferry dusk", SECOND_USER, cost=COST)
    store.revoke_user(SECOND_USER)
    store.new_recovery_code()
    store.close()


def timed(folder: Path, name: str, _: int) -> None:
    """Does one kind of work, `reads`, `records` or `writes`, until a line comes; tells the longest it took to do one thing, in seconds."""
    store = opened(folder)
    stopped, longest, count = threading.Event(), 0.0, 0
    threading.Thread(target=lambda: (sys.stdin.readline(), stopped.set()), daemon=True).start()
    told("ready")
    work = {"reads": reading, "records": recording, "writes": writing}[name](store)
    while not stopped.is_set():
        started = time.monotonic()
        next(work)
        longest, count = max(longest, time.monotonic() - started), count + 1
    store.close()
    told(f"{count} {longest:.3f}")


def reading(store: vault.SqliteStore) -> Iterator[None]:
    """As the app does."""
    while True:
        rows = store.sessions()
        yield
        for row in rows[:20]:
            assert row.stage == "recorded" or store.transcript(row.session.id)
            store.notes(row.session.id)
            store.recordings(row.session.id)
            yield


def recording(store: vault.SqliteStore) -> Iterator[None]:
    """A dictation of two seconds after the other, a tenth of a second at a time."""
    for n in itertools.count():
        store.add_session(session(id=f"r-{n}", client=None))
        made, writer = store.start_recording(f"r-{n}", ".wav")
        for piece in range(20):
            writer.write(pattern(piece * 2 * PIECE, 2 * PIECE))
            yield
        writer.close()
        store.finish_recording(made.id, 2.0)
        yield


def writing(store: vault.SqliteStore) -> Iterator[None]:
    """As a batch does."""
    for n in itertools.count():
        store.add_session(session(id=f"b-{n}", client=None))
        yield
        store.save_transcript(f"b-{n}", transcript(id=f"b-{n}"))
        yield


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
    works |= {"commit": commit, "revoke": revoke, "people": people, "timed": timed}
    works[work](Path(where), name, int(count))
