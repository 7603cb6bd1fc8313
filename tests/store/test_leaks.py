"""Whatever the store writes, nobody can read a word of it without the key."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from assistant.domain import Review
from assistant.errors import CoachnoteError
from assistant.store.vault import SqliteStore, open_with_passphrase
from tests.examples import CLIENT, COACH, SAID, draft, session, transcript
from tests.store.made import PASSPHRASE, SOUND, files, note, opened, spellings, work_day

PLANTED = [
    CLIENT.name,
    COACH,
    PASSPHRASE,
    "food hygiene course",
    "Mill Road",
    "travel card",
    "pounds behind with the rent",
    "job-coaching",
    *(s for *_, s in SAID),
]


def search(folder: Path) -> list[str]:
    """Every planted text found in any file, and every database header in plaintext."""
    found = []
    for path in files(folder):
        data = path.read_bytes()
        assert not data.startswith(b"SQLite format 3"), path
        found += [f"{text} in {path.name}" for text in PLANTED for spelling in spellings(text) if spelling in data]
        found += [f"sound in {path.name}" for n in range(0, len(SOUND), 1024) if SOUND[n : n + 64] in data]
    return found


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    for n, spelling in enumerate(spellings(PLANTED[3])):
        (tmp_path / "x").write_bytes(b"--" + spelling + b"--")
        assert search(tmp_path), n


def test_no_word_of_a_work_day_is_in_any_file(tmp_path: Path, folder: Path) -> None:
    store = opened(folder)
    work_day(store)
    store.add_session(session(id="s-0002", client=None))
    store.save_transcript("s-0002", transcript())
    assert search(tmp_path) == [], "while it is open, with its write-ahead log"
    assert (folder / "notes.db-wal").stat().st_size > 0
    store.assign("s-0002", CLIENT.ref)
    store.save_note(note(2))
    _, writer = store.start_recording("s-0002", ".wav")
    writer.write(SOUND)
    assert search(tmp_path) == [], "while it records"
    writer.abandon()
    store.close()
    store = opened(folder)
    store.recover_recordings()
    store.faults()
    store.close()
    assert search(tmp_path) == []


def test_no_word_is_in_a_message_a_log_or_on_the_screen(
    store: SqliteStore, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    work_day(store)
    asks = (
        lambda: store.add_client(CLIENT.name, CLIENT.ref),
        lambda: store.add_session(session()),
        lambda: store.save_note(note()),
        lambda: store.save_note(note(2, client="C-0001")),
        lambda: store.save_review("s-0001", Review(draft="Mill Road")),
        lambda: store.save_draft("none", draft()),
        lambda: open_with_passphrase(store._folder, "travel card"),
    )
    for ask in asks:
        with pytest.raises(CoachnoteError) as caught:
            ask()
        told = " ".join((str(caught.value), repr(caught.value), caught.value.means, caught.value.do, repr(caught.value.__context__)))
        assert not [text for text in PLANTED if text in told]
    out, err = capfd.readouterr()
    assert (out, err, caplog.text) == ("", "", "")


def test_sqlcipher_writes_nothing_to_the_screen_when_a_page_is_damaged(filled: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray((filled / "notes.db").read_bytes())
    data[100] ^= 1
    (filled / "notes.db").write_bytes(data)
    with pytest.raises(CoachnoteError):
        opened(filled)
    assert capfd.readouterr() == ("", "")
