"""Through the real command and store: a transcript of another program, who is who in it, and what nobody gets to see."""

from __future__ import annotations

import datetime as dt
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant import documents, resources
from tests.e2e.test_straight_line import NAME, PASSPHRASE, coachnote, make, sign
from tests.e2e.test_writing import heard, opened
from tests.store.made import files, spellings
from tests.word_files import word_file

pytestmark = pytest.mark.slow

COACH, CLIENT = "Ellis Quillfeather", "Sam Zephyrine"
MEETING = f"""WEBVTT

1-0
00:00:01.000 --> 00:00:04.000
<v {COACH}>How was the food hygiene course?</v>

1-1
00:00:04.500 --> 00:00:09.000
<v {CLIENT}>I passed it with 92 per cent, and I'd like kitchen work.</v>

1-2
00:00:09.500 --> 00:00:14.000
<v {COACH}>I'll ring the cafe on Mill Road by Friday.</v>

1-3
00:00:14.500 --> 00:00:19.000
<v {CLIENT}>And I'll send you my CV by Wednesday.</v>
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (resources.root() / "models" / "tagger" / "weights.npz").exists():
        pytest.skip("the tagger's weights are not in models/tagger")
    made = tmp_path_factory.mktemp("imported")
    make(made)
    coachnote("clients", "add", "C-0042", folder=made, stdin=f"{NAME}\n")
    return made


def meeting(folder: Path, name: str, *, text: str = MEETING) -> Path:
    """A file of its own, so that no test meets what another one took in."""
    path = folder / name
    path.write_text(text.replace("NOTE", "") + f"\nNOTE {name}\n")
    return path


def test_a_meeting_is_imported_with_who_is_who_drafted_signed_and_exported(folder: Path) -> None:
    path = meeting(folder, "GMT20260310-140000_Recording.transcript.vtt")
    before = path.read_bytes()
    done = coachnote("import", str(path), "--client", "C-0042", "--coach-is", "quillfeather", "--client-is", "2", folder=folder)
    session = done.stdout.strip()
    written = heard(folder, session)
    assert [s.speaker for s in written.segments] == ["coach", "client", "coach", "client"]
    assert (written.kind, written.session_date, written.date_confirmed) == ("appointment", dt.date(2026, 3, 10), False)
    assert written.segments[0].start == 1.0
    kept = opened(folder)
    draft, recordings = kept.draft(session), kept.recordings(session)
    kept.close()
    assert draft is not None and documents.read_draft(documents.draft_json(draft), written) == draft
    assert {a.owner for a in draft.actions} == {"coach", "client"}
    assert recordings == [] and path.read_bytes() == before
    assert COACH not in done.stdout + done.stderr and "Nobody has said" not in done.stderr
    sign(folder, session)
    note = coachnote("export", session, folder=folder).stdout
    assert "another program wrote" in note


def test_without_a_word_the_speakers_are_listed_and_stay_open_and_can_be_told_later(folder: Path) -> None:
    path = meeting(folder, "later.vtt")
    first = coachnote("import", str(path), folder=folder)
    session = first.stdout.strip()
    assert f"  1) {COACH}  (2 lines)\n  2) {CLIENT}  (2 lines)\n" in first.stderr
    assert "Nobody has said who is who" in first.stderr
    open_ones = heard(folder, session)
    assert {s.speaker for s in open_ones.segments} == {None}
    again = coachnote("import", str(path), "--coach-is", "1", "--client-is", CLIENT, "--client", "C-0042", folder=folder)
    assert again.stdout.strip() == session and "taken in before" in again.stderr
    told = heard(folder, session)
    assert [s.speaker for s in told.segments] == ["coach", "client", "coach", "client"] and told.id != open_ones.id
    kept = opened(folder)
    draft, filed = kept.draft(session), kept.session(session).client
    kept.close()
    assert draft is not None and draft.transcript == told.id and filed == "C-0042"
    once_more = coachnote("import", str(path), "--coach-is", "1", "--client-is", "2", folder=folder)
    assert once_more.stdout.strip() == session and heard(folder, session).id == told.id


def test_no_name_of_the_file_lies_in_the_store_or_in_the_log(folder: Path) -> None:
    done = coachnote("--verbose", "import", str(meeting(folder, "quiet.vtt")), "--coach-is", "1", folder=folder)
    assert "coachnote.pipeline" in done.stderr and COACH not in done.stderr and CLIENT not in done.stderr
    for path in files(folder / "store"):
        data = path.read_bytes()
        assert not [name for name in (COACH, CLIENT) if any(spelling in data for spelling in spellings(name))], path.name


def test_a_mistake_leaves_no_session(folder: Path) -> None:
    before = coachnote("list", folder=folder).stdout
    path = meeting(folder, "mistake.vtt")
    for words, why in (
        (["--coach-is", "3"], "No speaker of this file"),
        (["--coach-is", "nobody"], "No speaker of this file"),
        (["--coach-is", "1", "--client-is", "Ellis"], "the same speaker"),
        (["--client", "C-9999"], "C-9999"),
    ):
        assert why in coachnote("import", str(path), *words, folder=folder, code=2).stderr
    assert coachnote("list", folder=folder).stdout == before


def test_what_cannot_be_read_is_told_with_its_exit_code_and_leaves_no_session(folder: Path) -> None:
    before = coachnote("list", folder=folder).stdout
    (folder / "sound.vtt").write_bytes(bytes(range(256)) * 40)
    (folder / "paper.docx").write_bytes(b"%PDF-1.7")
    (folder / "silent.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\n\n")
    assert "coachnote process" in coachnote("import", str(folder / "sound.vtt"), folder=folder, code=3).stderr
    assert "a PDF" in coachnote("import", str(folder / "paper.docx"), folder=folder, code=3).stderr
    assert "no words" in coachnote("import", str(folder / "silent.srt"), folder=folder, code=4).stderr
    coachnote("import", str(folder / "missing.vtt"), folder=folder, code=3)
    (folder / "plain.txt").write_text("We met.")
    assert "names no speakers" in coachnote("import", str(folder / "plain.txt"), "--coach-is", "1", folder=folder, code=2).stderr
    assert coachnote("list", folder=folder).stdout == before


def test_process_takes_the_same_files_and_says_that_the_speakers_stay_open(folder: Path) -> None:
    path = folder / "visit.docx"
    path.write_bytes(word_file(["12 March 2026", f"{COACH}   0:03\nI'll ring them by Friday.", f"{CLIENT}   0:07\n\u202eThank you.\u202c"]))
    done = coachnote("process", str(path), folder=folder)
    written = heard(folder, done.stdout.strip())
    assert [s.text for s in written.segments] == ["I'll ring them by Friday.", "Thank you."]
    assert (written.session_date, written.kind) == (dt.date(2026, 3, 12), "appointment")
    assert "It was taken out" in done.stderr and "Nobody has said who is who" in done.stderr and COACH not in done.stderr
    again = coachnote("import", str(path), "--kind", "dictation", folder=folder)
    assert again.stdout == done.stdout


def test_a_dictated_text_is_a_dictation_unless_a_person_says_otherwise(folder: Path) -> None:
    path = folder / "note.txt"
    path.write_text("She came in on time today.\nI'll ring the school kitchen by Wednesday.\n")
    session = coachnote("import", str(path), "--date", "2026-03-10", folder=folder).stdout.strip()
    assert (heard(folder, session).kind, heard(folder, session).date_confirmed) == ("dictation", True)
    path.write_text("She came in late today.\n")
    session = coachnote("import", str(path), "--kind", "appointment", folder=folder).stdout.strip()
    assert heard(folder, session).kind == "appointment"


def test_a_batch_takes_subtitles_but_not_those_of_a_recording_beside_them(folder: Path) -> None:
    inside = folder / "inbox"
    inside.mkdir()
    meeting(inside, "alone.vtt")
    meeting(inside, "visit.transcript.vtt", text=MEETING.replace("92", "93"))
    (inside / "Visit_1280.mp4").write_bytes(b"nothing to hear")
    (inside / "letter.txt").write_text("Dear Sir")
    (inside / "told.txt").write_text("We met today, and she was on time.")
    (inside / "manifest.csv").write_text("file\ntold.txt\n")
    done = coachnote("batch", "run", str(inside), folder=folder, code=10)
    assert "3 files: 2 drafted, 1 failed." in done.stdout
    assert "letter.txt, visit.transcript.vtt" in done.stdout


def test_a_draft_without_a_store(folder: Path) -> None:
    path = meeting(folder, "without.vtt")
    made = coachnote("draft", str(path), "--format", "md", folder=folder).stdout
    assert made.startswith("UNREVIEWED DRAFT") or "UNREVIEWED DRAFT" in made[:200]
    assert "cafe on Mill Road" in made
    (folder / "sound").write_bytes(bytes(range(256)) * 40)
    assert "is not a transcript" in coachnote("draft", str(folder / "sound"), folder=folder, code=3).stderr


def test_at_a_terminal_the_names_are_asked_after(folder: Path) -> None:
    path = meeting(folder, "asked.vtt")
    shown, session = at_a_terminal(folder, path, answers=["9", "1", "1", "sam"])
    assert "Who is the coach?" in shown and "Who is the client?" in shown
    assert "No speaker of this file is meant by that." in shown and "That is the coach." in shown
    assert [s.speaker for s in heard(folder, session).segments] == ["coach", "client", "coach", "client"]
    shown, session = at_a_terminal(folder, meeting(folder, "unanswered.vtt"), answers=["", ""])
    assert {s.speaker for s in heard(folder, session).segments} == {None}
    assert "the speakers stay open" in shown.replace("\r\n", "\n")


def at_a_terminal(folder: Path, path: Path, *, answers: list[str]) -> tuple[str, str]:
    """What the terminal showed, and the session."""
    read, write = os.pipe()
    os.write(write, PASSPHRASE.encode() + b"\n")
    os.close(write)
    ours, theirs = pty.openpty()
    words = ["--store", str(folder / "store"), "--passphrase-fd", str(read), "import", str(path)]
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", *words], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, pass_fds=[read], cwd=folder
    )
    os.close(theirs)
    os.close(read)
    shown, asked, waiting, deadline = b"", 0, list(answers), time.monotonic() + 120
    while time.monotonic() < deadline:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                shown += os.read(ours, 4096)
            except OSError:
                break
        elif process.poll() is not None:
            break
        if shown.count(b"leave it open: ") > asked and waiting:
            asked = shown.count(b"leave it open: ")
            os.write(ours, waiting.pop(0).encode() + b"\n")
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 0, shown
    return shown.decode(), out.decode().strip()
