"""Whatever is wrong with a store is found, and nothing where nothing is."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.store import plaintext
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, SESSION, session, transcript
from tests.store.made import opened, spellings
from tests.work import finish


def verified(folder: Path) -> list[str]:
    store = opened(folder)
    try:
        return finish(store.verify())
    finally:
        store.close()


def spoiled(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_nothing_is_found_where_nothing_is_wrong(filled: Path) -> None:
    assert verified(filled) == []


def test_a_damaged_chunk_a_cut_and_a_missing_recording(filled: Path) -> None:
    (path,) = (filled / "audio").iterdir()
    whole = path.read_bytes()
    spoiled(path, 5000)
    assert verified(filled) == [f"The file of this recording is damaged 4096 bytes from its start. ({path.stem})"]
    path.write_bytes(whole[:-10])
    assert verified(filled) == [f"The file of this recording was cut off. ({path.stem})"]
    path.unlink()
    assert verified(filled) == [f"The file of this recording is missing. ({path.stem})"]


def test_an_entry_that_was_moved_and_one_without_its_key(filled: Path) -> None:
    store = opened(filled)
    store.add_session(session(id="s-2", client=None))
    store.save_transcript("s-2", transcript())
    (row,) = store._db.rows("SELECT id, sealed FROM reviews")
    with store._db.write() as db:
        db.execute("UPDATE reviews SET sealed = (SELECT sealed FROM drafts)")
    store._keys.drop("session/s-2")
    store.close()
    found = verified(filled)
    assert f"An entry of reviews does not match its seal ({row['id']})." in found
    assert "The key of session/s-2 is gone." in found
    assert sum("has no key" in finding for finding in found) == 2


@pytest.mark.skipif(os.name == "nt", reason="has no modes")
def test_a_file_that_others_may_read(filled: Path) -> None:
    (filled / "notes.db").chmod(0o640)
    filled.chmod(0o755)
    found = verified(filled)
    assert found[:2] == ["Others may look into the store's folder: its mode is 755.", "Others may look into notes.db: its mode is 640."]


def test_plaintext_in_any_file_in_any_spelling(filled: Path) -> None:
    for n, spelling in enumerate(spellings("seen today at the Harbour Street office, he had brought")):
        (filled / "leak.tmp").write_bytes(os.urandom(1000) + spelling + os.urandom(1000))
        (filled / "leak.tmp").chmod(0o600)
        assert verified(filled) == ["The file leak.tmp holds plaintext."], n
    (filled / "leak.tmp").write_bytes(b"SQLite format 3\0")
    assert verified(filled) == ["The file leak.tmp holds plaintext."]
    (filled / "leak.tmp").write_text(f"-- {CLIENT.name} --")
    assert verified(filled) == ["The file leak.tmp holds plaintext."]


def test_a_word_of_the_header_in_a_note_is_no_leak(filled: Path) -> None:
    store = opened(filled)
    text = transcript().segments[0]
    store.save_transcript(SESSION, transcript(segments=(replace(text, text="The passphrase and the recovery of coachnote"),)))
    store.close()
    assert verified(filled) == []


def test_a_damaged_page_is_found(filled: Path) -> None:
    store = opened(filled)
    for n in range(50):
        store.save_transcript(SESSION, transcript(id=f"t-{n}"))
    store.close()
    spoiled(filled / "notes.db", (filled / "notes.db").stat().st_size - 3000)
    assert verified(filled)


def test_an_edited_audit_is_found(filled: Path) -> None:
    store = opened(filled)
    with store._db.write() as db:
        db.execute("DROP TRIGGER audit_no_update")
        db.execute("UPDATE audit SET object = 'another' WHERE n = 2")
    store.close()
    assert verified(filled) == ["The audit chain breaks at entry 2."]


def test_a_search_that_is_stopped_stops(store: SqliteStore) -> None:
    steps = store.verify()
    next(steps)
    steps.close()
    assert store.faults() == []


@given(st.binary(max_size=3000), st.integers(0, 3000), st.sampled_from(list(spellings("hygiene appointment tomorrow"))))
def test_a_word_is_found_wherever_it_lies(tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int, spelling: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "noise"
    path.write_bytes(noise[:at] + b"\xff" + spelling + b"\xff" + noise[at:])
    assert plaintext.found_in(path, plaintext.words("appointment"))


@pytest.mark.parametrize("before", [b"", b"a", b"7f", b"B2c"])
def test_digits_and_letters_that_stand_before_it_hide_nothing(tmp_path: Path, before: bytes) -> None:
    for n, spelling in enumerate(spellings("a hygiene appointment tomorrow")):
        (tmp_path / "x").write_bytes(b"\xff" + before + spelling + b"\xff")
        assert plaintext.found_in(tmp_path / "x", plaintext.words("appointment")), n


def test_a_word_across_two_blocks_is_found_and_noise_is_not(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    noise = os.urandom(3 * plaintext.BLOCK)
    wanted = plaintext.words(" ".join(["appointment", *(f"{a}{b}amination" for a in "abcdefghij" for b in "klmnopqrst")]))
    path.write_bytes(noise)
    started = time.monotonic()
    assert not plaintext.found_in(path, wanted)
    assert time.monotonic() - started < 5
    for shift in range(0, 22, 3):
        at = 2 * plaintext.BLOCK - shift
        path.write_bytes(noise[:at] + b"\xff" + "appointment".encode("utf-16-le") + b"\xff" + noise[at + 24 :])
        assert plaintext.found_in(path, wanted), shift
