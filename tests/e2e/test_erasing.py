"""Erasure, retention and a subject access request through the real commands, and a search through every byte that is left."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import store
from assistant.domain import Decision, Review, Statement, Unfinished, Void
from assistant.protocols import Store
from tests.e2e.test_straight_line import coachnote
from tests.examples import draft, session, transcript
from tests.store.made import PASSPHRASE, SOUND, make, note, spellings

pytestmark = pytest.mark.slow

REF = "C-0042"
MARK = re.compile(r"zq\d+xw")


class Marks:
    """Gives every text of a noun a word that is nowhere else: the fields that the domain keeps out of `repr`, and names."""

    def __init__(self) -> None:
        self.count = 0

    def mark(self) -> str:
        self.count += 1
        return f"zq{self.count:04d}xw"

    def marked(self, thing: Any) -> Any:
        if isinstance(thing, tuple):
            return tuple(self.marked(each) for each in thing)
        if not dataclasses.is_dataclass(thing) or isinstance(thing, type):
            return thing
        changes = {each.name: self._value(each, getattr(thing, each.name)) for each in dataclasses.fields(thing)}
        return dataclasses.replace(thing, **changes)

    def _value(self, each: dataclasses.Field[Any], value: Any) -> Any:
        return self.mark() if isinstance(value, str) and not each.repr else self.marked(value)


def a_day(kept: Store, marks: Marks, name: str, *, signed: bool) -> None:
    kept.add_session(marks.marked(session(id=name, created_at=dt.datetime.now(dt.UTC))))
    recording, writer = kept.start_recording(name, ".wav")
    writer.write(SOUND + marks.mark().encode() * 8)
    writer.close()
    kept.finish_recording(recording.id, 10.0)
    kept.save_transcript(name, marks.marked(transcript()))
    kept.save_draft(name, marks.marked(draft()))
    edit = Decision(
        path="note/support/0", verdict="edit", statement=marks.marked(Statement(text="x", said_by=None, evidence=(), supported=True))
    )
    kept.save_review(name, Review(draft="d-0001", decisions=(edit,)))
    kept.remember("ab" * 32, name)
    typing = Unfinished(form="edit", at="actions/0", fields={"what": marks.mark()})
    kept.save_unfinished(name, typing)
    if signed:
        kept.save_note(marks.marked(note(session=name)))


@pytest.fixture
def worked(tmp_path: Path) -> tuple[Path, Marks]:
    """A store with one client's day, every text marked."""
    marks = Marks()
    make(tmp_path / "store")
    kept = store.open_store(tmp_path / "store", PASSPHRASE)
    kept.add_client(f"{marks.mark()} Zephyrine", REF)
    a_day(kept, marks, "s-0001", signed=True)
    a_day(kept, marks, "s-0002", signed=False)
    kept.save_unfinished(None, Unfinished(form="write", at=REF, fields={"text": marks.mark()}))
    kept.close()
    return tmp_path, marks


def run(*words: str, folder: Path, stdin: str = "", code: int = 0) -> Any:
    return coachnote(*words, folder=folder, stdin=stdin, code=code, passphrase=PASSPHRASE)


def found(folder: Path, marks: Marks) -> Iterator[str]:
    """Which marks stand in which file, in any spelling. At least 6 letters each, so that none is met by chance often."""
    wanted = {spelling for n in range(1, marks.count + 1) for spelling in spellings(f"zq{n:04d}xw") if len(spelling) >= 8}
    for path in [p for p in folder.rglob("*") if p.is_file()]:
        data = path.read_bytes()
        yield from (f"{spelling!r} in {path.name}" for spelling in wanted if spelling in data)


def test_a_client_is_erased_by_reference_and_no_byte_is_left(worked: tuple[Path, Marks]) -> None:
    folder, marks = worked
    assert marks.count > 100
    copy = folder / "older" / "notes.db"
    copy.parent.mkdir()
    copy.write_bytes((folder / "store" / "notes.db").read_bytes())
    run("clients", "erase", REF, folder=folder, stdin="C-0041\n", code=2)
    assert len(run("list", folder=folder).stdout.splitlines()) == 2
    done = run("clients", "erase", REF, folder=folder, stdin=f"{REF}\n")
    assert "2 sessions, 1 of them signed" in done.stderr and "is erased" in done.stderr and "Zephyrine" not in done.stderr + done.stdout
    assert run("list", folder=folder).stdout == run("clients", "list", "--names", folder=folder).stdout == ""
    assert list(found(folder, marks)) == []
    assert not list((folder / "store" / "audio").glob("*"))
    run("clients", "erase", REF, folder=folder, stdin=f"{REF}\n", code=2)


def test_a_legal_hold_refuses_with_the_code_of_a_rule(worked: tuple[Path, Marks]) -> None:
    folder, _ = worked
    run("clients", "hold", REF, folder=folder)
    assert "legal hold since" in run("clients", "list", folder=folder).stdout
    refused = run("clients", "erase", REF, folder=folder, stdin=f"{REF}\n", code=8)
    assert f"coachnote clients release {REF}" in refused.stderr
    run("erase", "s-0002", folder=folder, stdin="0002\n", code=8)
    run("clients", "release", REF, folder=folder)
    run("erase", "s-0002", folder=folder, stdin="0001\n", code=2)
    run("erase", "s-0002", folder=folder, stdin="0002\n")
    assert "s-0002" not in run("list", folder=folder).stdout


def test_retention_lists_and_applies_by_the_settings(worked: tuple[Path, Marks], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = worked
    settings = folder / "settings.toml"
    monkeypatch.setenv("COACHNOTE_CONFIG", str(settings))
    settings.write_text("[retention]\ndraft_days = 3\n")
    listed = run("retention", folder=folder)
    assert "Nothing is due" in listed.stderr and "Zephyrine" not in listed.stdout
    assert [line.split()[4:7] for line in listed.stdout.splitlines()[1:]] == [["draft", "unsigned", REF], ["recording", "signed", REF]]
    assert "1 unsigned draft is due within a week" in run("list", folder=folder).stderr
    _age(folder, dt.timedelta(days=4))
    assert "1 unsigned draft is due to be erased" in run("list", folder=folder).stderr
    run("retention", "--dry-run", "--apply", folder=folder, code=2)
    assert "draft" in run("retention", "--dry-run", folder=folder).stdout
    assert "1 unsigned draft is erased" in run("retention", "--apply", folder=folder).stderr
    assert "Due now" not in run("retention", folder=folder).stdout


def test_after_a_long_absence_a_script_erases_nothing_unsigned(worked: tuple[Path, Marks]) -> None:
    folder, _ = worked
    _age(folder, dt.timedelta(days=45))
    refused = run("retention", "--apply", folder=folder, stdin="erase\n", code=8)
    assert "Left alone: 2 that nobody has signed" in refused.stderr and "45 days" in refused.stderr
    assert "s-0002" in run("list", folder=folder).stdout
    due = run("retention", folder=folder).stdout
    assert "unsigned" in due and "recording  signed" not in due.partition("Within")[0]


@pytest.mark.parametrize(
    "table", ["draft_days = 0", "draft_days = true", 'draft_days = "3"', "draft_day = 3", "note_years = 101", "draft_days = 1.5"]
)
def test_a_retention_table_that_is_not_understood_erases_nothing(
    worked: tuple[Path, Marks], table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = worked
    monkeypatch.setenv("COACHNOTE_CONFIG", str(folder / "settings.toml"))
    (folder / "settings.toml").write_text(f"[retention]\n{table}\n")
    assert "[retention]" in run("retention", "--apply", folder=folder, code=2).stderr


def _age(folder: Path, by: dt.timedelta) -> None:
    """As if all of it had been done that much earlier. The seals of the audit break by that, which nothing here looks at."""
    kept: Any = store.open_store(folder / "store", PASSPHRASE)
    with kept._db.write() as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%UPDATE%'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        for table, column in (
            ("sessions", "created_at"),
            ("transcripts", "created_at"),
            ("drafts", "created_at"),
            ("notes", "created_at"),
            ("audit", "at"),
        ):
            for rowid, at in db.execute(f"SELECT rowid, {column} FROM {table}").fetchall():  # noqa: S608
                moved = dt.datetime.fromisoformat(at) - by
                db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [moved.isoformat(timespec="microseconds"), rowid])  # noqa: S608
    kept.close()


def test_an_access_pack_holds_everything_and_opens_without_this_program(worked: tuple[Path, Marks]) -> None:
    pyzipper = pytest.importorskip("pyzipper")
    folder, marks = worked
    run("clients", "access-pack", "C-9999", "--out", str(folder / "none.zip"), folder=folder, code=2)
    assert not (folder / "none.zip").exists()
    done = run("clients", "access-pack", REF, "--out", str(folder / "pack.zip"), folder=folder)
    passphrase = done.stdout.strip()
    assert len(passphrase.split()) == 6 and "must look through it" in done.stderr
    assert stat.S_IMODE((folder / "pack.zip").stat().st_mode) == 0o600
    assert not [p for p in folder.iterdir() if p.name.startswith(".coachnote")]
    assert list(found(folder, marks)) == [], "not a word of it lies there in plaintext"
    with zipfile.ZipFile(folder / "pack.zip") as plain:
        assert all(info.flag_bits & 1 and info.compress_type == 99 and info.CRC == 0 for info in plain.infolist())
    with pyzipper.AESZipFile(folder / "pack.zip") as archive:
        with pytest.raises(RuntimeError):
            archive.read("index.txt", pwd=b"another")
        files = {name: archive.read(name, pwd=passphrase.encode()) for name in archive.namelist()}
    text = b"".join(files.values()).decode("utf-8", errors="replace")
    missing = {f"zq{n:04d}xw" for n in range(1, marks.count + 1)} - set(MARK.findall(text))
    assert missing == set(), "every text that is held is in it"
    assert files["session-01/recording-1.wav"].startswith(SOUND)
    opened = files["who-opened-it.txt"].decode()
    assert "signed" in opened and "admin" in opened
    assert "BEFORE THIS IS RELEASED, A PERSON MUST READ IT" in files["index.txt"].decode()
    assert run("clients", "list", folder=folder).stdout == f"{REF}\n"


def test_what_was_filed_in_error_is_left_out_unless_asked_for(worked: tuple[Path, Marks]) -> None:
    pyzipper = pytest.importorskip("pyzipper")
    folder, _ = worked
    kept = store.open_store(folder / "store", PASSPHRASE)
    kept.save_note(note(2, session="s-0001", void=Void(who="Ellis Marsh", at=dt.datetime.now(dt.UTC), why="another person")))
    kept.close()
    for extra, there in ((), False), (("--with-void",), True):
        done = run("clients", "access-pack", REF, "--out", str(folder / "pack.zip"), *extra, folder=folder)
        with pyzipper.AESZipFile(folder / "pack.zip") as archive:
            archive.setpassword(done.stdout.strip().encode())
            index, names = archive.read("index.txt").decode(), archive.namelist()
            assert ("filed under this person in error" in index) is not there
            assert any("note-version-2" in name for name in names) is there
            if there:
                assert archive.read("session-01/note-version-2.txt").decode().startswith("FILED IN ERROR")
