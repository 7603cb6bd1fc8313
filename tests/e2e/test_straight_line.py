"""The whole line with nothing faked: the bundled recording, the demo model, the offline drafter, the encrypted store, the commands."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import approval, resources, store
from assistant.domain import Decision, Review
from assistant.speech.decode import decode
from assistant.store import vault
from tests.sound import RATE, wav
from tests.store.made import COST
from tests.work import finish

DEMO = resources.root() / "models" / "demo"
PASSPHRASE = "orchid lantern gravel pony"
NAME = "Amina Zephyrine"


def coachnote(*words: str, folder: Path, stdin: str = "", code: int = 0, passphrase: str = PASSPHRASE) -> subprocess.CompletedProcess[str]:
    """Run the real command with the passphrase on a descriptor."""
    read, write = os.pipe()
    os.write(write, passphrase.encode() + b"\n")
    os.close(write)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "assistant", "--store", str(folder / "store"), "--passphrase-fd", str(read), *words],
            input=stdin, capture_output=True, text=True, pass_fds=[read], cwd=folder,
            timeout=300, env={**os.environ, "TMPDIR": str(folder)},
        )  # fmt: skip
    finally:
        os.close(read)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def make(folder: Path) -> None:
    """An empty store at the least cost: every command stretches the passphrase again."""
    vault.create(folder / "store", PASSPHRASE, cost=COST)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A store that has taken in the bundled dictation through the commands, and the session it became."""
    if not (DEMO / "model.bin").exists():
        pytest.skip("the demo model is not in models/demo")
    folder = tmp_path_factory.mktemp("line")
    make(folder)
    coachnote("clients", "add", "C-0042", folder=folder, stdin=f"{NAME}\n")
    session = coachnote(
        "process", str(DEMO / "dictation.flac"), "--client", "C-0042", "--date", "2026-03-12", "--model", "demo", folder=folder
    ).stdout.strip()
    return folder, session


def words_said() -> list[str]:
    return re.findall(r"[a-z']+", (DEMO / "dictation.txt").read_text(encoding="utf-8").lower())


def traces(text: str) -> Iterator[bytes]:
    """A text as it might lie in a file: plain, wide, in hexadecimal, in base64 at each of its three alignments.

    At least 8 bytes each: a shorter one is met by chance in a sealed file of hundreds of kilobytes.
    """
    raw = text.encode()
    yield from (raw, text.encode("utf-16-le"), text.encode("utf-16-be"), raw.hex().encode(), raw.hex().upper().encode())
    for shift in range(3):
        inner = base64.b64encode(b"\0" * shift + raw)[4:-4]
        if len(inner) >= 8:
            yield inner


def test_the_draft_holds_what_was_said(walked: tuple[Path, str]) -> None:
    folder, session = walked
    kept = store.open_store(folder / "store", PASSPHRASE)
    draft, transcript = kept.draft(session), kept.transcript(session)
    kept.close()
    assert draft is not None and transcript is not None
    assert transcript.made_by is not None and transcript.made_by.model == "demo"
    text = {s.id: s.text for s in transcript.segments}
    for section in draft.note:
        for statement in section.statements:
            assert statement.evidence and all(e.quote in text[e.segment] for e in statement.evidence)
    dues = {a.owner: a.due for a in draft.actions if a.due}
    assert dues.get("coach") == dt.date(2026, 3, 16)
    assert dt.date(2026, 3, 18) in {a.due for a in draft.actions} and dt.date(2026, 3, 17) not in {a.due for a in draft.actions}
    assert draft.next_appointment is not None
    assert (draft.next_appointment.date, draft.next_appointment.time) == (dt.date(2026, 3, 26), "10:30")


def test_no_file_holds_a_word_of_what_was_said(walked: tuple[Path, str]) -> None:
    folder, _ = walked
    words = words_said()
    canaries = [NAME, *(" ".join(words[i : i + 3]) for i in range(len(words) - 2)), PASSPHRASE]
    files = [p for p in folder.rglob("*") if p.is_file()]
    assert len(files) >= 4
    for path in files:
        data = path.read_bytes()
        assert not data.startswith((b"SQLite format 3", b"fLaC", b"RIFF", b"OggS")), path
        low = data.lower()
        assert not [c for c in canaries if len(c) >= 8 and any(t.lower() in low for t in traces(c))], path


def test_files_and_folders_are_private(walked: tuple[Path, str]) -> None:
    for path in [walked[0] / "store", *(walked[0] / "store").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_an_unsigned_session_does_not_leave_and_a_signed_one_does(walked: tuple[Path, str]) -> None:
    folder, session = walked
    refused = coachnote("export", session, "--format", "json", folder=folder, code=8)
    assert json.loads(refused.stderr.splitlines()[-1])["error"] == "Refused"
    sign(folder, session)
    out = folder.parent / f"{folder.name}-note.json"
    coachnote("export", session, "--format", "json", "--out", str(out), folder=folder)
    note = json.loads(out.read_text(encoding="utf-8"))
    assert (note["schema"], note["client"], note["version"], note["signed_by"]) == ("coachnote.note/1", "C-0042", 1, "Helen Marsh")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "# Case note C-0042" in coachnote("export", session, folder=folder).stdout
    told = json.loads(coachnote("eval", "--signed", "--format", "json", folder=folder).stdout)
    statements = sum(len(section["statements"]) for section in note["note"])
    assert (told["notes"], told["groups"]["statements"]["kept"], told["groups"]["statements"]["edited"]) == (1, statements, 0)


def sign(folder: Path, session: str) -> None:
    """What the app does when a coach accepts everything and signs."""
    kept = store.open_store(folder / "store", PASSPHRASE)
    draft, transcript = kept.draft(session), kept.transcript(session)
    assert draft is not None and transcript is not None
    review = Review(draft=approval.key(draft))
    for path, _ in approval.items(draft):
        review = approval.decide(review, Decision(path=path, verdict="accept"))
    kept.save_review(session, review)
    now = dt.datetime.now(dt.UTC)
    kept.save_note(
        approval.sign(draft, review, transcript, session=kept.session(session), client="C-0042", signed_by="Helen Marsh", signed_at=now)
    )
    kept.close()


def test_the_list_shows_references_and_never_names(walked: tuple[Path, str]) -> None:
    listed = coachnote("list", folder=walked[0])
    assert "C-0042" in listed.stdout and walked[1] in listed.stdout
    assert "Amina" not in listed.stdout + listed.stderr


def test_handing_the_same_file_in_again_makes_no_second_session(walked: tuple[Path, str]) -> None:
    again = coachnote("process", str(DEMO / "dictation.flac"), "--client", "C-0042", "--model", "demo", folder=walked[0])
    assert again.stdout.strip() == walked[1]


def test_a_wrong_passphrase_is_told_apart(walked: tuple[Path, str]) -> None:
    assert "passphrase" in coachnote("list", folder=walked[0], passphrase="something else entirely", code=6).stderr.lower()


def test_a_store_is_made_and_its_passphrase_opens_it(tmp_path: Path) -> None:
    """At the real cost of a passphrase."""
    coachnote("init", folder=tmp_path)
    assert coachnote("list", folder=tmp_path).stdout == ""


@pytest.mark.slow
def test_without_a_real_model_the_recording_waits(tmp_path: Path) -> None:
    """With the first ten seconds of the bundled dictation."""
    make(tmp_path)
    beginning = tmp_path / "beginning.wav"
    beginning.write_bytes(wav(finish(decode(DEMO / "dictation.flac")).samples[: 10 * RATE]))
    told = coachnote("process", str(beginning), folder=tmp_path, code=5).stderr
    assert "is kept as session" in told and "coachnote models" in told
    listed = coachnote("list", folder=tmp_path).stdout
    assert "waits for a speech model" in listed and "unassigned" in listed
    session = listed.split()[0]
    assert coachnote("finish", session, "--model", "demo", folder=tmp_path).stdout.strip() == session


def test_the_demo_shows_the_whole_line_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = coachnote("demo", folder=tmp_path)
    for heading in ("TRANSCRIPT", "UNREVIEWED DRAFT", "Actions", "Next appointment"):
        assert heading in done.stdout
    assert re.search(r"Fri 20 Mar \(said: next Friday\) \[\d\d:\d\d\]", done.stdout)
    assert "cannot understand people" in done.stderr
    assert [p for p in tmp_path.iterdir() if p.name.startswith("coachnote-demo")] == []
