"""Recordings that are left while the store is locked: never lost, never twice, and nobody's but the store's to read."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.domain import MICROPHONE, Kind, Recording, Session
from assistant.errors import NotWritable, Refused
from assistant.identity import new_id
from assistant.store import audio, disk, keys, letterbox
from assistant.store.client_keys import ClientKeys, of_recording, of_session
from assistant.store.letterbox import Letterbox
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, COACH, MADE_AT, session
from tests.often import times
from tests.store.made import COST, PASSPHRASE, SOUND, make, opened


def box_of(folder: Path) -> str:
    return keys.read(folder)[0].box


def leave(folder: Path, **known: object) -> Recording:
    """A recording, made with the store locked."""
    box = Letterbox(folder, box_of(folder))
    recording, writer = box.start_recording(session(id=new_id(), **{"client": None, **known}), MICROPHONE)
    writer.write(SOUND)
    writer.close()
    box.close()
    return recording


def heard(store: SqliteStore, recording: Recording) -> bytes:
    with store.open_recording(recording.id) as sound:
        return sound.read()


def test_what_was_left_becomes_sessions_like_any_other(folder: Path) -> None:
    store = opened(folder)
    store.add_client(CLIENT.name, CLIENT.ref)
    store.close()
    left = [leave(folder, client=CLIENT.ref), leave(folder, kind="appointment", coach=None), leave(folder, date=None)]
    store = opened(folder)
    assert store.recover_recordings() == [replace(each, state="complete") for each in left]
    assert store.recover_recordings() == []
    assert letterbox.waiting(folder) == []
    assert [store.session(each.session) for each in left] == [
        session(id=left[0].session),
        session(id=left[1].session, kind="appointment", coach=None, client=None),
        session(id=left[2].session, date=None, client=None),
    ]
    assert all(heard(store, each) == SOUND for each in left)
    assert store.faults() == []
    store.close()


def test_a_client_that_is_not_there_costs_nothing(store: SqliteStore, folder: Path) -> None:
    left = leave(folder, client="C-9999")
    assert store.recover_recordings() == [replace(left, state="complete")]
    assert store.session(left.session).client is None
    assert store._keys.has(of_session(left.session))


def test_what_is_being_recorded_is_left_alone_and_what_broke_off_is_recovered(store: SqliteStore, folder: Path) -> None:
    box = Letterbox(folder, box_of(folder))
    recording, writer = box.start_recording(session(id=new_id(), client=None), MICROPHONE)
    writer.write(SOUND)
    assert store.recover_recordings() == []
    assert store.sessions() == []
    writer.abandon()
    assert store.recover_recordings() == [replace(recording, state="recovered")]
    assert heard(store, recording) == SOUND[: 2 * audio.CHUNK]
    box.close()


def broken_off(at: str) -> mock._patch[object]:
    """As a crash at that place would leave it."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    where: dict[str, mock._patch[object]] = {
        "before the key": mock.patch.object(ClientKeys, "keep", stop),
        "after the key": mock.patch.object(SqliteStore, "_insert_session", stop),
        "before the box is removed": mock.patch.object(Path, "unlink", stop),
        "before that is on the disk": mock.patch.object(disk, "sync_folder", stop),
    }
    return where[at]


@pytest.mark.parametrize("at", ["before the key", "after the key", "before the box is removed", "before that is on the disk"])
def test_taking_in_may_break_off_anywhere(store: SqliteStore, folder: Path, at: str) -> None:
    left = leave(folder)
    with broken_off(at), pytest.raises(KeyboardInterrupt):
        store.recover_recordings()
    store.recover_recordings()
    assert [row.session.id for row in store.sessions()] == [left.session]
    assert [each.id for each in store.recordings(left.session)] == [left.id]
    assert heard(store, left) == SOUND
    assert letterbox.waiting(folder) == []


def test_two_who_take_in_at_once_do_not_double_anything(folder: Path) -> None:
    one, other = opened(folder), opened(folder)
    left = leave(folder)
    opening = letterbox.opened

    def slowly(*words: object) -> object:
        found = opening(*words)  # type: ignore[arg-type]
        with mock.patch.object(letterbox, "opened", opening):
            other.recover_recordings()
        return found

    with mock.patch.object(letterbox, "opened", slowly):
        assert one.recover_recordings() == [], "the other one tells of it"
    assert [each.id for each in one.recordings(left.session)] == [left.id]
    one.close()
    other.close()


def test_what_was_erased_does_not_come_back(store: SqliteStore, folder: Path) -> None:
    left = leave(folder)
    entry = {"n": 1, "at": "2026-01-01", "what": "recording", "object": left.id, "why": "retention", "owner": "x"}
    with store._db.write() as db:
        db["erasures"].insert(entry)
    assert store.recover_recordings() == []
    assert not store._keys.has(of_recording(left.id))
    assert letterbox.waiting(folder) == []


def test_a_recording_whose_file_is_away_keeps_its_key(store: SqliteStore, folder: Path) -> None:
    left = leave(folder)
    sound, _ = letterbox.paths(folder, left.id)
    away = sound.rename(folder / "away")
    assert store.recover_recordings() == []
    assert store.recordings(left.session)[0].state == "recording"
    away.rename(sound)
    assert store.recover_recordings() == [replace(left, state="complete")]
    assert heard(store, left) == SOUND


def test_a_full_disk_leaves_neither_box_nor_sound(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "write_atomically", full)
    with pytest.raises(NotWritable):
        leave(folder)
    assert list((folder / "audio").iterdir()) == []


def test_a_change_of_the_master_key_takes_in_what_waits(folder: Path) -> None:
    left, store = leave(folder), opened(folder)
    store.new_recovery_code()
    assert letterbox.waiting(folder) == []
    assert heard(store, left) == SOUND
    again = leave(folder)
    assert store.recover_recordings() == [replace(again, state="complete")]
    store.close()


def test_nobody_changes_the_master_key_while_somebody_records(store: SqliteStore, folder: Path) -> None:
    box = Letterbox(folder, box_of(folder))
    with pytest.raises(Refused, match="Another coachnote"):
        store.new_recovery_code()
    box.close()
    store.new_recovery_code()


def test_during_a_change_that_broke_off_the_store_is_unlocked_first(folder: Path) -> None:
    (folder / keys.NEXT).write_bytes(b"")
    with pytest.raises(Refused, match="unlocked first"):
        leave(folder)


def test_nothing_is_recorded_for_a_box_that_no_unlocked_store_vouched_for(folder: Path, tmp_path: Path) -> None:
    make(tmp_path / "other")
    for known in (None, "", box_of(tmp_path / "other")):
        with pytest.raises(Refused, match="unlocked first"):
            Letterbox(folder, known)
    box = box_of(folder)
    raw = msgspec.json.decode((folder / "keys.json").read_bytes()) | {"box": box_of(tmp_path / "other"), "seq": 99}
    raw["check"] = keys._check(raw)
    (folder / "keys.json").write_bytes(msgspec.json.encode(raw))
    with pytest.raises(Refused, match="unlocked first"):
        Letterbox(folder, box)
    assert not (folder / "audio").exists()


def test_a_store_of_the_first_version_is_unlocked_first(tmp_path: Path) -> None:
    with zipfile.ZipFile(sorted((Path(__file__).parent / "frozen").glob("*.zip"))[0]) as archive:
        archive.extractall(tmp_path / "old")
    for known in (None, ""):
        with pytest.raises(Refused, match="unlocked first"):
            Letterbox(tmp_path / "old", known)
    store = opened(tmp_path / "old")
    Letterbox(tmp_path / "old", store.box).close()
    store.close()


def test_the_box_is_remembered_for_each_store_and_only_as_it_was_seen(tmp_path: Path) -> None:
    memory, one, other = tmp_path / "memory", tmp_path / "one", tmp_path / "other"
    assert letterbox.remembered(memory, one) is None
    for box in ("aa" * 32, "bb" * 32):
        letterbox.remember(memory, one, box)
        assert letterbox.remembered(memory, one) == box
    assert letterbox.remembered(memory, other) is None
    (tmp_path / "file").write_text("in the way")
    letterbox.remember(tmp_path / "file", one, "aa" * 32)
    assert letterbox.remembered(tmp_path / "file", one) is None


@pytest.fixture
def waiting(folder: Path) -> Iterator[tuple[SqliteStore, Path]]:
    """A store with one box that waits, and that box."""
    left, store = leave(folder), opened(folder)
    yield store, letterbox.paths(folder, left.id)[1]
    store.close()


@pytest.mark.parametrize("change", ["flip", "cut", "empty", "long", "another name"])
def test_a_box_that_was_tampered_with_is_left_and_told(waiting: tuple[SqliteStore, Path], change: str) -> None:
    store, box = waiting
    data = bytearray(box.read_bytes())
    data[len(data) // 2] ^= 1
    changed = {"flip": bytes(data), "cut": box.read_bytes()[:-1], "empty": b"", "long": bytes(letterbox.LARGEST + 1)}
    if change == "another name":
        box = box.rename(box.with_name(f"{new_id()}.box"))
    else:
        box.write_bytes(changed[change])
    assert store.recover_recordings() == []
    assert store.sessions() == []
    assert store.faults() == [f"The box of recording {box.stem} does not open."]


def test_files_of_other_names_are_no_boxes(store: SqliteStore, folder: Path) -> None:
    (folder / "audio").mkdir()
    for name in ("x.box", f"{new_id().upper()}.box", ".box", f"{new_id()}.box.tmp"):
        (folder / "audio" / name).write_bytes(b"")
    assert store.recover_recordings() == []
    assert store.faults() == []


def test_what_is_sealed_inside_must_fit(store: SqliteStore, folder: Path) -> None:
    """Whoever may write to the folder can seal anything to the box."""
    good = msgspec.to_builtins(letterbox._left(session(id=new_id()), MICROPHONE, bytes(32)))
    header = store._unlocked.header
    for n, wrong in enumerate(({"session": "../x"}, {"kind": "party"}, {"key": b""}, {"client": "C" * 99}, {"more": 1})):
        name = new_id()
        (folder / "audio").mkdir(exist_ok=True)
        text = msgspec.msgpack.encode({**good, "key": bytes(32), **wrong})
        letterbox.paths(folder, name)[1].write_bytes(letterbox.MAGIC + keys.sealed_to(header.box, text, letterbox._place(header, name)))
        assert store.recover_recordings() == [], n
    assert store.sessions() == []


def test_a_box_cannot_put_a_recording_into_a_session_that_is_there(store: SqliteStore, folder: Path) -> None:
    first = leave(folder)
    store.recover_recordings()
    box = Letterbox(folder, store.box)
    _, writer = box.start_recording(session(id=first.session, client=None), MICROPHONE)
    writer.close()
    box.close()
    assert store.recover_recordings() == []
    assert [each.id for each in store.recordings(first.session)] == [first.id]


def test_a_waiting_recording_shows_nothing(folder: Path) -> None:
    left = leave(folder, coach=COACH, client=CLIENT.ref)
    for path in letterbox.paths(folder, left.id):
        assert path.stat().st_mode & 0o777 == 0o600
        data = path.read_bytes()
        assert not [text for text in (COACH, CLIENT.ref, left.session, "microphone") if text.encode() in data]
        assert SOUND[:64] not in data
    unlocked = keys.unlock(folder, PASSPHRASE)
    inside = letterbox.opened(folder, left.id, unlocked)
    assert inside is not None
    assert COACH not in repr(inside)
    assert repr(inside.key) not in repr(inside)


UNLOCKED = keys.make(PASSPHRASE, bytes(20), COST)


@given(
    kind=st.sampled_from(["dictation", "appointment"]),
    date=st.none() | st.dates(),
    coach=st.none() | st.text(st.characters(), max_size=2000),
    client=st.none() | st.text(st.characters(), max_size=60),
    moved=st.integers(0, 10**6),
)
@example(kind="dictation", date=None, coach="\udcff", client="\udcff", moved=0)
@settings(max_examples=times(60), deadline=None)
def test_whatever_was_typed_the_box_opens(kind: Kind, date: dt.date | None, coach: str | None, client: str | None, moved: int) -> None:
    known = Session(id=new_id(), kind=kind, date=date, client=client, coach=coach, created_at=MADE_AT + dt.timedelta(seconds=moved))
    text = keys.sealed_to(UNLOCKED.header.box, msgspec.msgpack.encode(letterbox._left(known, ".wav", bytes(32))), "here")
    left = msgspec.msgpack.decode(UNLOCKED.unbox(text, "here"), type=letterbox.Left)
    assert (left.session, left.kind, left.date, left.created_at, left.key) == (known.id, kind, date, known.created_at, bytes(32))
    assert left.client in (client, None)
    if coach and len(coach) <= letterbox.LONGEST_NAME and "\udcff" not in coach:
        assert left.coach == coach
