"""A backup is whole, checked, apart from its keys, and never half there; whatever is wrong with one is noticed."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import msgspec
import pytest

from assistant.domain import BackedUp, Restored
from assistant.errors import InputMissing, NotWritable, Refused, StoreDamaged
from assistant.identity import new_id
from assistant.store import client_keys, key_copy, keys, manifest, restore, vault
from assistant.store.erasure import Deletion
from assistant.store.letterbox import Letterbox
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, SESSION, session, transcript
from tests.faults.test_store_full_disk import files_at_most
from tests.store.made import COST, PASSPHRASE, SOUND, files, make, opened, unlocked, work_day
from tests.store.test_leaks import search
from tests.work import finish


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("backups", "keys"):
        (tmp_path / name).mkdir()
    return tmp_path / "backups", tmp_path / "keys"


def back_up(folder: Path, places: tuple[Path, Path]) -> BackedUp:
    store = opened(folder)
    try:
        return finish(store.back_up(*places))
    finally:
        store.close()


def put_back(folder: Path, places: tuple[Path, Path], name: str | None = None, passphrase: str = PASSPHRASE) -> Restored:
    def never(_: Path) -> keys.Unlocked:
        raise AssertionError("nobody should be asked for an older passphrase")

    return finish(restore.restore(folder, *places, name, lambda where: unlocked(where, passphrase), never))


def whole(store: SqliteStore) -> None:
    assert store.client(CLIENT.ref) == CLIENT
    assert store.transcript(SESSION)
    assert store.notes(SESSION)
    (recording,) = store.recordings(SESSION)
    with store.open_recording(recording.id) as sound:
        assert sound.read() == SOUND
    assert store.faults() == []


def test_a_backup_is_restored_whole_where_nothing_is_left(filled: Path, places: tuple[Path, Path]) -> None:
    made = back_up(filled, places)
    assert (made.backups, made.missing) == (1, ())
    shutil.rmtree(filled)
    told = put_back(filled, places)
    assert (told.name, told.aside, told.erased, told.faults) == (made.name, None, 0, ())
    store = opened(filled)
    whole(store)
    assert [entry["what"] for entry in store._db.rows("SELECT what FROM audit ORDER BY n DESC LIMIT 2")] == ["opened", "restored"]
    store.close()
    assert {oct(path.stat().st_mode & 0o777) for path in files(filled)} == {"0o600"}


def test_a_backup_holds_no_word_and_no_key_of_a_client(filled: Path, places: tuple[Path, Path]) -> None:
    back_up(filled, places)
    assert search(places[0]) == [] and search(places[1]) == []
    names = {path.name for path in files(places[0])}
    assert not names & {*client_keys.NAMES, "keys.lock"}
    assert {oct(path.stat().st_mode & 0o777) for folder in places for path in files(folder)} == {"0o600"}


def test_recordings_are_copied_once_and_again_when_their_copy_rots(filled: Path, places: tuple[Path, Path]) -> None:
    back_up(filled, places)
    (sound,) = (places[0] / "audio").iterdir()
    first = sound.stat().st_mtime_ns, sound.stat().st_ino
    made = back_up(filled, places)
    assert made.backups == 2
    assert made.size == sum(path.stat().st_size for path in files(places[0]))
    assert (sound.stat().st_mtime_ns, sound.stat().st_ino) == first
    data = bytearray(sound.read_bytes())
    data[99] ^= 1
    sound.write_bytes(data)
    back_up(filled, places)
    shutil.rmtree(filled)
    assert put_back(filled, places).faults == ()


def test_the_beginning_of_a_recording_that_is_still_being_made_is_kept(folder: Path, places: tuple[Path, Path]) -> None:
    store = opened(folder)
    store.add_session(session(client=None))
    recording, writer = store.start_recording(SESSION, ".wav")
    writer.write(SOUND)
    made = finish(store.back_up(*places))
    writer.close()
    store.close()
    shutil.rmtree(folder)
    assert put_back(folder, places, made.name).faults == ()
    store = opened(folder)
    assert [r.id for r in store.recover_recordings()] == [recording.id]
    with store.open_recording(recording.id) as sound:
        assert sound.read() == SOUND[:8192]
    store.close()


def test_a_recording_without_its_file_is_told_and_keeps_nobody_from_a_backup(filled: Path, places: tuple[Path, Path]) -> None:
    (sound,) = (filled / "audio").iterdir()
    sound.unlink()
    assert back_up(filled, places).missing == (sound.stem,)


@pytest.mark.parametrize(
    "places_of", ["keys in backups", "backups in keys", "the same", "in the store", "keys in the store", "around the store", "a link"]
)
def test_folders_that_lie_within_one_another_are_refused(filled: Path, places: tuple[Path, Path], places_of: str) -> None:
    into, keys_into = places
    inner = {
        "keys in backups": into / "k",
        "backups in keys": keys_into / "b",
        "in the store": filled / "b",
        "keys in the store": filled / "k",
    }
    if places_of in inner:
        inner[places_of].mkdir()
    if places_of == "a link":
        (keys_into / "link").symlink_to(into)
    chosen = {
        "keys in backups": (into, into / "k"),
        "backups in keys": (keys_into / "b", keys_into),
        "the same": (into, into),
        "in the store": (filled / "b", keys_into),
        "keys in the store": (into, filled / "k"),
        "around the store": (filled.parent, keys_into),
        "a link": (into, keys_into / "link"),
    }[places_of]
    with pytest.raises(Refused):
        back_up(filled, chosen)
    assert not files(into) and not files(keys_into)


def test_folders_that_are_missing_are_never_made(filled: Path, places: tuple[Path, Path]) -> None:
    for chosen in ((places[0] / "none", places[1]), (places[0], places[1] / "none")):
        with pytest.raises(NotWritable, match="There is no folder"):
            back_up(filled, chosen)
    for chosen in ((places[0] / "none", places[1]), (places[0], places[1] / "none"), places):
        with pytest.raises(InputMissing):
            put_back(filled.parent / "new", chosen)
    assert not any(places[0].iterdir()) and not (filled.parent / "new").exists()
    assert not list(filled.parent.glob("*.restoring"))


def test_whoever_stops_a_backup_leaves_none_and_the_older_one_as_it_was(filled: Path, places: tuple[Path, Path]) -> None:
    made = back_up(filled, places)
    before = {path: path.read_bytes() for path in files(places[0])}
    store = opened(filled)
    for after in range(1, 4):
        steps = store.back_up(*places)
        for _ in range(after):
            next(steps)
        steps.close()
        assert {path: path.read_bytes() for path in files(places[0])} == before
    store.close()
    shutil.rmtree(filled)
    assert put_back(filled, places).name == made.name


def test_only_one_backup_is_made_at_once(filled: Path, places: tuple[Path, Path]) -> None:
    first, second = opened(filled), opened(filled)
    steps = first.back_up(*places)
    next(steps)
    with pytest.raises(Refused, match="already"):
        next(second.back_up(*places))
    steps.close()
    finish(second.back_up(*places))
    first.close()
    second.close()


def test_a_damaged_store_makes_no_backup(filled: Path, places: tuple[Path, Path]) -> None:
    store = opened(filled)
    data = bytearray((filled / "notes.db").read_bytes())
    data[len(data) - 3000] ^= 1
    store.close()
    (filled / "notes.db").write_bytes(data)
    store = opened(filled)
    with pytest.raises(StoreDamaged):
        finish(store.back_up(*places))
    store.close()
    assert not files(places[0])


def test_keys_of_another_store_and_newer_ones_are_never_written_over(filled: Path, places: tuple[Path, Path]) -> None:
    old = Path(shutil.copytree(filled, filled.parent / "old"))
    store = opened(filled)
    store.add_client("Somebody Newer")
    finish(store.back_up(*places))
    store.close()
    before = {path: path.read_bytes() for path in files(places[1])}
    with pytest.raises(Refused, match="newer than this store"):
        back_up(old, places)
    assert {path: path.read_bytes() for path in files(places[1])} == before
    make(filled.parent / "other")
    back_up(filled.parent / "other", places)
    assert len(files(places[1])) == 2
    (places[1] / "none").mkdir()
    with pytest.raises(InputMissing, match="belongs to the keys"):
        put_back(filled.parent / "new", (places[0], places[1] / "none"))
    with pytest.raises(Refused, match="several stores"):
        put_back(filled.parent / "new", places)


def test_a_whole_store_is_never_put_aside_for_an_older_backup(filled: Path, places: tuple[Path, Path]) -> None:
    back_up(filled, places)
    before = {path: path.read_bytes() for path in files(filled) if path.suffix != ".lock"}
    with pytest.raises(Refused, match="whole, and newer"):
        put_back(filled, places)
    assert {path: path.read_bytes() for path in files(filled) if path.suffix != ".lock"} == before
    assert not list(filled.parent.glob("filled.*"))


def test_a_damaged_store_is_kept_aside(filled: Path, places: tuple[Path, Path]) -> None:
    back_up(filled, places)
    (filled / "notes.db").write_bytes(b"x" * 9000)
    told = put_back(filled, places)
    assert told.aside is not None and (told.aside / "notes.db").read_bytes() == b"x" * 9000
    store = opened(filled)
    whole(store)
    store.close()
    (filled / "keys.json").unlink()
    (filled / "keys.copy.json").unlink()
    assert put_back(filled, places).aside != told.aside


def test_an_older_store_is_kept_aside(filled: Path, places: tuple[Path, Path]) -> None:
    older = Path(shutil.copytree(filled, filled.parent / "older"))
    store = opened(filled)
    for n in range(3):
        store.add_client(f"Somebody {n}")
        store.note_use("searched", "x")
    finish(store.back_up(*places))
    store.close()
    assert put_back(older, places).aside
    store = opened(older)
    assert len(store.clients()) == 4
    store.close()


def test_what_is_no_store_of_ours_is_left_alone(filled: Path, places: tuple[Path, Path]) -> None:
    back_up(filled, places)
    foreign = filled.parent / "letters"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("x")
    make(filled.parent / "other")
    (filled.parent / "file").write_text("x")
    for where in (foreign, filled.parent / "other", filled.parent / "file"):
        with pytest.raises(Refused):
            put_back(where, places)
    store = opened(filled)
    (filled / "client-keys.bin").unlink()
    with pytest.raises(Refused, match="Another coachnote"):
        put_back(filled, places)
    store.close()


def test_flips_in_any_file_of_a_backup_are_noticed(filled: Path, places: tuple[Path, Path]) -> None:
    made = back_up(filled, places)
    for path in [*files(places[0]), *files(places[1])]:
        data = path.read_bytes()
        for at in {0, len(data) // 3, len(data) // 2, len(data) - 1}:
            path.write_bytes(data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :])
            try:
                told = put_back(filled.parent / "new", places, made.name)
            except StoreDamaged:
                pass
            else:
                assert path.suffix == ".enc" and told.faults, (path, at)
                shutil.rmtree(filled.parent / "new")
            path.write_bytes(data)
            assert not (filled.parent / "new").exists() and not list(filled.parent.glob("new.*"))
    assert put_back(filled.parent / "new", places).faults == ()


def test_files_of_two_backups_cannot_be_mixed(filled: Path, places: tuple[Path, Path]) -> None:
    first = back_up(filled, places)
    second = back_up(filled, places)
    for name in ("notes.db", manifest.NAME, "audit.head"):
        mixed = Path(shutil.copytree(places[0] / first.name, places[0] / "coachnote-00000000-20300101T000000Z"))
        shutil.copy(places[0] / second.name / name, mixed / name)
        with pytest.raises(StoreDamaged):
            put_back(filled.parent / "new", places, mixed.name)
        shutil.rmtree(mixed)


def test_an_edited_ledger_is_noticed(filled: Path, places: tuple[Path, Path]) -> None:
    """Also by whoever makes the checksum anew and puts an older ledger beside newer keys."""
    back_up(filled, places)
    (path,) = files(places[1])
    old = msgspec.msgpack.decode(path.read_bytes()[40:])
    store = opened(filled)
    store.add_client("Somebody Newer")
    finish(store.back_up(*places))
    store.close()
    new = msgspec.msgpack.decode(path.read_bytes()[40:])
    body = msgspec.msgpack.encode({**new, "ledger": old["ledger"]})
    path.write_bytes(key_copy.MAGIC + hashlib.sha256(body).digest() + body)
    shutil.rmtree(filled)
    with pytest.raises(StoreDamaged, match="ledger"):
        put_back(filled, places)


def test_the_restore_drill(filled: Path, places: tuple[Path, Path]) -> None:
    """Back up, go on working, erase a client, back up, lose everything, put the older backup back."""
    store = opened(filled)
    store.add_client("Robin Example", "C-0100")
    store.add_session(session(id="s-robin", client="C-0100"))
    store.save_transcript("s-robin", transcript(id="t-robin"))
    old = finish(store.back_up(*places))
    store.add_client("Somebody Newer", "C-0200")
    store.erase_client(CLIENT.ref)
    entries = store._db.rows("SELECT * FROM erasures ORDER BY n")
    finish(store.back_up(*places))
    store.close()
    sealed_before = (places[0] / old.name / "notes.db").read_bytes()
    shutil.rmtree(filled)
    told = put_back(filled, places, old.name)
    assert (told.erased, told.faults) == (len(entries), ())
    store = opened(filled)
    assert [client.ref for client in store.clients()] == ["C-0100"]
    assert store.transcript("s-robin") == transcript(id="t-robin")
    counts = store._db.counts()
    assert {counts[table] for table in ("notes", "drafts", "reviews", "recordings", "sources")} == {0}
    assert (counts["transcripts"], counts["sessions"], counts["clients"], counts["erasing"]) == (1, 1, 1, 0)
    assert not list((filled / "audio").iterdir())
    assert not store._keys.has(f"client/{CLIENT.ref}")
    assert store.faults() == []
    assert store._db.rows("SELECT * FROM erasures ORDER BY n") == entries
    finish(store.back_up(*places))
    store.close()
    assert (places[0] / old.name / "notes.db").read_bytes() == sealed_before
    keys_now = key_copy.read(places[1], keys.read(filled)[0].store)
    entries = client_keys._parsed(keys_now.keys, unlocked(filled, PASSPHRASE).key("client-keys"), keys.read(filled)[0].store)
    assert entries and f"client/{CLIENT.ref}" not in entries.keys


def test_what_was_erased_is_not_put_back_even_where_its_key_still_lies(filled: Path, places: tuple[Path, Path]) -> None:
    """The ledger names it; the key file was written by something that forgot to drop the key."""
    old = back_up(filled, places)
    store = opened(filled)
    (recording,) = store.recordings(SESSION)
    with store._db.write() as db:
        for what, name in (("client", CLIENT.ref), ("transcript", "nothing")):
            db["erasures"].insert({"at": "2026-03-20", "what": what, "object": name, "why": "asked", "owner": f"client/{CLIENT.ref}"})
    finish(store.back_up(*places))
    assert store._keys.has(f"client/{CLIENT.ref}")
    store.close()
    shutil.rmtree(filled)
    assert put_back(filled, places, old.name).erased == 2
    store = opened(filled)
    assert store.clients() == [] and store.sessions() == []
    assert not store._keys.has(f"client/{CLIENT.ref}") and not store._keys.has(f"recording/{recording.id}")
    assert not list((filled / "audio").iterdir())
    store.close()


def test_a_recording_erased_since_is_not_put_back_and_its_session_is(filled: Path, places: tuple[Path, Path]) -> None:
    """As the rules of retention erase the sound once its note is signed."""
    old = back_up(filled, places)
    store = opened(filled)
    (recording,) = store.recordings(SESSION)
    with store._db.write() as db:
        Deletion(db, "rule").recording(recording.id, store._session_row(SESSION))
    store.finish_erasures()
    new = finish(store.back_up(*places))
    assert new.missing == ()
    store.close()
    for name in (old.name, new.name):
        shutil.rmtree(filled)
        assert put_back(filled, places, name).faults == ()
        store = opened(filled)
        assert [each.state for each in store.recordings(SESSION)] == ["erased"]
        assert store.notes(SESSION) and finish(store.verify()) == []
        assert not list((filled / "audio").iterdir()) and not store._keys.has(f"recording/{recording.id}")
        store.close()


def test_a_recording_that_was_left_while_the_store_was_locked_is_in_the_next_backup(filled: Path, places: tuple[Path, Path]) -> None:
    letterbox = Letterbox(filled, keys.read(filled)[0].box)
    recording, writer = letterbox.start_recording(session(id=new_id(), client=None), ".wav")
    writer.write(SOUND)
    writer.close()
    letterbox.close()
    store = opened(filled)
    store.recover_recordings()  # as every command does when it unlocks
    finish(store.back_up(*places))
    store.close()
    shutil.rmtree(filled)
    assert put_back(filled, places).faults == ()
    store = opened(filled)
    with store.open_recording(recording.id) as sound:
        assert sound.read() == SOUND
    store.close()


def test_a_backup_from_before_a_change_of_the_master_key(filled: Path, places: tuple[Path, Path]) -> None:
    """Whoever was revoked since stays out; whoever is left opens it with the passphrase of today."""
    second = "plover hinge saddle moss"
    store = opened(filled)
    store.add_user("second", second, "admin", cost=COST)
    old = finish(store.back_up(*places))
    store.revoke_user("second")
    finish(store.back_up(*places))
    store.close()
    shutil.rmtree(filled)
    with pytest.raises(keys.WrongPassphrase):
        put_back(filled, places, old.name, second)
    assert not filled.exists()
    assert put_back(filled, places, old.name).faults == ()
    store = opened(filled)
    whole(store)
    store.close()
    assert keys.read(filled)[0].gen == 2
    with pytest.raises(keys.WrongPassphrase):
        unlocked(filled, second)


@pytest.mark.parametrize("rotate", [False, True])
def test_a_backup_from_before_another_passphrase(filled: Path, places: tuple[Path, Path], rotate: bool) -> None:
    """Only after a change of both passphrase and master key is the passphrase of then asked for."""
    new, asked = "gravel onion ferry dusk", []
    store = opened(filled)
    old = finish(store.back_up(*places))
    store.change_passphrase(new, cost=COST)
    if rotate:
        store.new_recovery_code()
    finish(store.back_up(*places))
    store.close()
    shutil.rmtree(filled)

    def then(where: Path) -> keys.Unlocked:
        asked.append(where)
        return unlocked(where, PASSPHRASE)

    told = finish(restore.restore(filled, *places, old.name, lambda where: unlocked(where, new), then))
    assert told.faults == ()
    assert bool(asked) == rotate
    store = vault.open_with_passphrase(filled, new)
    whole(store)  # and its audit holds, for the admin of today
    store.close()


def test_keys_from_before_the_backup_are_told(filled: Path, places: tuple[Path, Path]) -> None:
    back_up(filled, places)
    stale = Path(shutil.copytree(places[1], places[1].parent / "stale"))
    store = opened(filled)
    store.add_client("Somebody Newer", "C-0200")
    finish(store.back_up(*places))
    store.close()
    assert put_back(filled.parent / "new", (places[0], stale)).faults == ("The key of client/C-0200 is gone.",)
    store = opened(filled)
    store.new_recovery_code()
    finish(store.back_up(*places))
    store.close()
    shutil.rmtree(filled)
    with pytest.raises(Refused, match="older than the backup"):
        put_back(filled, (places[0], stale))


@pytest.mark.skipif(os.name == "nt", reason="limits files as POSIX does")
def test_a_full_disk_keeps_the_older_backup(filled: Path, places: tuple[Path, Path]) -> None:
    back_up(filled, places)
    before = {path: path.read_bytes() for path in files(places[0])}
    store = opened(filled)
    with files_at_most(100_000), pytest.raises(NotWritable):
        finish(store.back_up(*places))
    store.close()
    assert {path: path.read_bytes() for path in files(places[0])} == before
    with files_at_most(100_000), pytest.raises(NotWritable):
        put_back(filled.parent / "new", places)
    assert not list(filled.parent.glob("new*"))


def test_the_example_is_what_it_seems(folder: Path, places: tuple[Path, Path]) -> None:
    """An empty store, too, is backed up and restored."""
    back_up(folder, places)
    shutil.rmtree(folder)
    folder.mkdir()
    assert put_back(folder, places).faults == ()
    store = opened(folder)
    work_day(store)
    whole(store)
    store.close()
